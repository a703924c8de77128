-- prosody with the gateway as its component, to try it on one machine:
--   prosodyctl --config ./prosody.cfg.lua adduser juliet@capulet.example
--   prosody --config ./prosody.cfg.lua -F
-- On a server that others reach, leave out the three lines about encryption and servers.

data_path = "./xmpp-data"
pidfile = "./prosody.pid"
storage = "internal"
authentication = "internal_hashed"
interfaces = { "127.0.0.1" }

c2s_require_encryption = false
allow_unencrypted_plain_auth = true
modules_disabled = { "s2s", "tls" }

modules_enabled = { "roster", "saslauth", "presence", "disco", "ping" }

component_interfaces = { "127.0.0.1" }
component_ports = { 5347 }

-- The XMPP domain: its users are juliet@capulet.example to APEX too
VirtualHost "capulet.example"

-- The gateway: APEX endpoints are LOCAL@apex.example.net to XMPP users
Component "apex.example.net"
	component_secret = "swordfish"
