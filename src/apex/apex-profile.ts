/** The URI of the APEX profile, RFC 3340 §4.2. */
export const APEX_PROFILE = "http://iana.org/beep/APEX";
