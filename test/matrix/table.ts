// Who may do what, and what everybody else is told. The one place where it is said: the tests
// run these tables against a server, and docs/permissions.md shows them.
//
// What is expected is what RFC 3080, RFC 3340, RFC 3341 and RFC 3343 say, not what a server did.

import { parseTable } from "./parse.js";

/** What a peer may begin on its session, by what the session has been through. */
export const SESSIONS = parseTable(`
| start            | in the clear | under TLS | anonymous | logged in | logged in, TLS | relay |
|------------------|--------------|-----------|-----------|-----------|----------------|-------|
| APEX             | 530          | 530       | ok        | ok        | ok             | ok    |
| TLS              | ok           | 550       | 550       | 550       | 550            | ok    |
| SCRAM-SHA-256    | ok           | ok        | 550       | 550       | 550            | 550   |
| PLAIN            | 538          | ok        | 550       | 550       | 550            | 550   |
| EXTERNAL         | 538          | 535       | 550       | 550       | 550            | 538   |
| ANONYMOUS        | ok           | ok        | 550       | 550       | 550            | 550   |
| DIGEST-MD5       | 550          | 550       | 550       | 550       | 550            | 550   |
`);

/** What an endpoint, a relay or a service may do to fred@example.com, and in whose name. */
export const MATRIX = parseTable(`
| operation                                  | nobody | anonymous  | wilma      | wilma, granted | fred/desk  | fred       | barney     | pubsub     | fred as apex=presence |
|--------------------------------------------|--------|------------|------------|----------------|------------|------------|------------|------------|-----------------------|
| attach as guest@example.com                | 530    | ok         | 537        | –              | 537        | 537        | 537        | –          | –                     |
| attach as wilma@example.com                | 530    | 537        | ok         | –              | 537        | 537        | 537        | –          | –                     |
| attach as fred@example.com                 | 530    | 537        | 537        | –              | ok         | ok         | 537        | –          | –                     |
| attach as fred@example.com, who is here    | 530    | 537        | 537        | –              | 554        | 554        | 537        | –          | –                     |
| attach as fred/desk@example.com            | 530    | 537        | 537        | –              | ok         | ok         | 537        | –          | –                     |
| attach as apex=presence@example.com        | 530    | 537        | 537        | –              | 537        | 537        | 537        | –          | –                     |
| attach as barney@rubble.example            | 530    | 553        | 553        | –              | 553        | 553        | 553        | –          | –                     |
| bind for example.com                       | 530    | 537        | 537        | –              | 537        | 537        | 537        | –          | –                     |
| bind for rubble.example                    | 530    | 537        | 537        | –              | 537        | 537        | ok         | –          | –                     |
| bind for slate.example                     | 530    | 537        | 537        | –              | 537        | 537        | 537        | –          | –                     |
| originate as oneself                       | 530    | ok         | ok         | –              | ok         | ok         | ok         | ok         | 537                   |
| originate as wilma@example.com             | 530    | 537        | ok         | –              | 537        | 537        | 537        | –          | –                     |
| originate as fred@example.com              | 530    | 537        | 537        | –              | 537        | ok         | 537        | –          | –                     |
| originate as fred/desk@example.com         | 530    | 537        | 537        | –              | ok         | 537        | 537        | –          | –                     |
| originate as apex=presence@example.com     | 530    | 537        | 537        | –              | 537        | 537        | 537        | –          | –                     |
| originate as barney@rubble.example         | 530    | 537        | 537        | –              | 537        | 537        | ok         | –          | –                     |
| originate as apex=pubsub@rubble.example    | 530    | 537        | 537        | –              | 537        | 537        | ok         | –          | –                     |
| originate as mr.slate@slate.example        | 530    | 537        | 537        | –              | 537        | 537        | 537        | –          | –                     |
| data to fred                               | 530    | dropped    | dropped    | delivered      | delivered  | delivered  | dropped    | delivered  | 537                   |
| data to fred, statusRequest                | 530    | report 537 | report 537 | report 250     | report 250 | report 250 | report 537 | report 250 | 537                   |
| data to apex=presence, statusRequest       | 530    | report 250 | report 250 | –              | report 250 | report 250 | report 250 | report 250 | 537                   |
| data to apex=chess, statusRequest          | 530    | report 550 | report 550 | –              | report 550 | report 550 | report 550 | report 550 | 537                   |
| subscribe to fred                          | 530    | reply 537  | reply 537  | publish        | publish    | publish    | reply 537  | reply 537  | 537                   |
| poll fred                                  | 530    | reply 537  | reply 537  | publish        | publish    | publish    | reply 537  | reply 537  | 537                   |
| watch fred                                 | 530    | reply 537  | reply 537  | reply 250      | reply 250  | reply 250  | reply 537  | reply 537  | 537                   |
| publish for fred                           | 530    | reply 537  | reply 537  | reply 250      | reply 250  | reply 250  | reply 537  | reply 537  | 537                   |
| terminate what fred has subscribed to      | 530    | reply 550  | reply 550  | –              | reply 550  | reply 250  | reply 550  | reply 550  | 537                   |
| subscribe to fred/desk, who has no entry   | 530    | reply 550  | reply 550  | –              | reply 550  | reply 550  | reply 550  | reply 550  | 537                   |
| subscribe to dino, who has no account      | 530    | reply 550  | reply 550  | –              | reply 550  | reply 550  | reply 550  | reply 550  | 537                   |
| subscribe to barney, of another domain     | 530    | reply 553  | reply 553  | –              | reply 553  | reply 553  | reply 553  | reply 553  | 537                   |
| query whether fred may send to fred        | 530    | reply 537  | reply 537  | allow          | allow      | allow      | reply 537  | reply 537  | 537                   |
| get fred's entry for pebbles               | 530    | reply 537  | reply 537  | set            | set        | set        | reply 537  | reply 537  | 537                   |
| set an entry of fred's                     | 530    | reply 537  | reply 537  | reply 250      | reply 250  | reply 250  | reply 537  | reply 537  | 537                   |
| query whether dino may send to dino        | 530    | reply 550  | reply 550  | –              | reply 550  | reply 550  | reply 550  | reply 550  | 537                   |
| query whether barney may send to barney    | 530    | reply 553  | reply 553  | –              | reply 553  | reply 553  | reply 553  | reply 553  | 537                   |
`);
