"""Who may call what: one row per address, decided by a person. A route without a row fails the tests.

`public`            anybody; a limit per address, or nothing in it that is anybody's
`citizen`           the secret name of the device that wrote it, or (of one complaint) ticket and access code; limited
                    per address
`provider-signed`   the provider proves itself: a signature over the raw body, or a secret (`authenticate.py`)
`officer`           a token of identity; `roles` may call it, and the case's agency decides what each of them sees
`operator`          who runs the machines, on the machine itself or with the metrics token; holds no citizen's words
"""

from dataclasses import dataclass
from typing import Literal

from shared.security import Role

Kind = Literal["public", "citizen", "provider-signed", "officer", "operator"]

EVERY_ROLE = frozenset(Role)
READERS = EVERY_ROLE - {Role.OBSERVER, Role.OPERATOR}
MOVERS = READERS - {Role.LEADER}
LIAISONS = frozenset({Role.LIAISON})
COORDINATORS = frozenset({Role.COORDINATOR})
FIGURES = EVERY_ROLE - {Role.LIAISON, Role.OPERATOR}
VIEWERS = frozenset({Role.COORDINATOR, Role.INSPECTORATE})
SAYERS = VIEWERS | {Role.OPERATOR}
SETTLERS = COORDINATORS | {Role.OPERATOR}


@dataclass(frozen=True)
class Access:
    kind: Kind
    reason: str
    roles: frozenset[Role] = frozenset()


ACCESS: dict[tuple[str, str], Access] = {
    # intake: the doors
    ("GET", "/channels/facebook"): Access("provider-signed", "Meta's handshake: the verify token proves the caller"),
    ("POST", "/channels/facebook"): Access("provider-signed", "Meta signs the raw body with the app's secret"),
    ("GET", "/channels/instagram"): Access("provider-signed", "Meta's handshake: the verify token proves the caller"),
    ("POST", "/channels/instagram"): Access("provider-signed", "Meta signs the raw body with an app's secret"),
    ("GET", "/channels/sms/kannel/{token}"): Access("provider-signed", "Kannel cannot sign; it knows a secret address"),
    ("POST", "/channels/sms/android"): Access("provider-signed", "the app signs body and time"),
    ("POST", "/channels/sms/twilio"): Access("provider-signed", "Twilio signs address and fields with the auth token"),
    ("GET", "/channels/sms/vonage/{token}"): Access("provider-signed", "a secret address; signed where it is on"),
    ("POST", "/channels/sms/vonage/{token}"): Access("provider-signed", "the same as a form or as JSON"),
    ("POST", "/channels/sms/infobip/{token}"): Access("provider-signed", "it knows a secret address"),
    ("GET", "/channels/sms/external/{gateway}/{token}"): Access(
        "provider-signed", "a gateway from the settings: a secret address, and a signature or credentials where it can"
    ),
    ("POST", "/channels/sms/external/{gateway}/{token}"): Access("provider-signed", "the same as a form, JSON or XML"),
    ("POST", "/channels/lapor/complaints"): Access(
        "provider-signed", "our service lapor signs time and raw body with a secret that both know"
    ),
    ("POST", "/v1/complaints"): Access("public", "every citizen may complain, without an account; limited per address"),
    ("POST", "/v1/me/complaints/{ticket}/messages"): Access(
        "public",
        "the device's secret name or the access code opens one complaint, all else is a 404; limited per address",
    ),
    ("POST", "/v1/web/complaints"): Access(
        "public", "the same from a browser; no cookie that a strange page could abuse; limited per address"
    ),
    ("POST", "/v1/web/complaints/{ticket}/messages"): Access(
        "public", "the access code opens one complaint, else 403 or 404; limited per address"
    ),
    # intake: the ticket
    ("GET", "/v1/complaints/{ticket}"): Access(
        "public", "a ticket is no secret and shows a status; the words need the access code; limited per address"
    ),
    # intake: the contents that came along
    ("GET", "/v1/attachments/{attachment_id}/link"): Access(
        "officer",
        "whoever sees the complaint; of what is sealed the Inspectorate alone",
        READERS,
    ),
    ("GET", "/v1/attachments/{attachment_id}"): Access(
        "public", "the signature in a link of ten minutes is the right to this one content"
    ),
    ("POST", "/v1/evidence"): Access(
        "officer", "whoever works the complaint shows its follow-up; of what is sealed the Inspectorate alone", MOVERS
    ),
    # intake: the officers' desk
    ("GET", "/v1/messages"): Access(
        "officer", "what is no complaint has no agency yet: the coordinator, of sealed words the Inspectorate", VIEWERS
    ),
    ("POST", "/v1/messages/{message_id}/complaint"): Access("officer", "whoever sees the message", VIEWERS),
    ("POST", "/v1/complaints/{ticket}/same-reporter"): Access(
        "officer", "who is one person decides who sees what: whoever sees both complaints", VIEWERS
    ),
    ("POST", "/v1/complaints/{ticket}/split"): Access(
        "officer",
        "who sends complaints to agencies splits what is for two; sealed ones the Inspectorate alone",
        VIEWERS,
    ),
    ("POST", "/v1/desk/complaints"): Access("officer", "whoever receives citizens writes down what they say", MOVERS),
    # replies: what was said to citizens
    ("GET", "/v1/replies"): Access(
        "officer",
        "which case is whose agency's only casework knows: the coordinator, of sealed ones the Inspectorate; an "
        "operator sees what became of them and no words",
        SAYERS,
    ),
    ("POST", "/v1/replies/{reply_id}/resolve"): Access(
        "officer", "whoever can ask the provider, or the citizen, what became of a message", SAYERS
    ),
    # lapor: what officers do by hand, and settle
    ("GET", "/v1/lapor/mirrors"): Access(
        "officer",
        "the province's coordinator; an operator sees states and no words; sealed ones nobody",
        SETTLERS,
    ),
    ("GET", "/v1/lapor/mirrors/{ticket}"): Access("officer", "the same; an operator without its words", SETTLERS),
    ("POST", "/v1/lapor/mirrors/{ticket}/review"): Access(
        "officer", "who reads what leaves the house answers for it", COORDINATORS
    ),
    ("POST", "/v1/lapor/mirrors/{ticket}/keep"): Access("officer", "whoever may let it go", COORDINATORS),
    ("POST", "/v1/lapor/mirrors/{ticket}/take"): Access("officer", "whoever types it in reads it", COORDINATORS),
    ("POST", "/v1/lapor/mirrors/{ticket}/release"): Access("officer", "whoever may take", COORDINATORS),
    ("POST", "/v1/lapor/mirrors/{ticket}/number"): Access(
        "officer", "a number is no word: whoever looked it up at LAPOR! writes it down", SETTLERS
    ),
    ("POST", "/v1/lapor/mirrors/{ticket}/not-created"): Access("officer", "whoever may write the number", SETTLERS),
    ("POST", "/v1/lapor/mirrors/{ticket}/seen"): Access(
        "officer", "what institutions wrote goes to casework and to the citizen", COORDINATORS
    ),
    ("POST", "/v1/lapor/mirrors/{ticket}/steps/{step_id}/done"): Access(
        "officer", "whoever types follow-ups in", COORDINATORS
    ),
    ("POST", "/v1/lapor/mirrors/{ticket}/steps/{step_id}/leave-out"): Access(
        "officer", "the same, where it is not typed in", COORDINATORS
    ),
    ("GET", "/v1/lapor/worklist"): Access("officer", "as the mirrors; an operator without their words", SETTLERS),
    ("GET", "/v1/lapor/worklist.csv"): Access("officer", "a file of words goes with whoever reads them", COORDINATORS),
    ("GET", "/v1/lapor/worklist.xlsx"): Access("officer", "the same in another form", COORDINATORS),
    ("POST", "/v1/lapor/numbers"): Access("officer", "whoever exports the list brings it back", COORDINATORS),
    ("GET", "/v1/lapor/notices"): Access("officer", "notices hold no citizen's words; sealed ones nobody", SETTLERS),
    ("POST", "/v1/lapor/notices/{notice_id}/settle"): Access("officer", "whoever sees them", SETTLERS),
    ("GET", "/v1/lapor/incoming"): Access("officer", "an operator sees numbers and states", SETTLERS),
    ("POST", "/v1/lapor/incoming"): Access("officer", "whoever reads at LAPOR! for the province", COORDINATORS),
    ("POST", "/v1/lapor/incoming/{number}/retry"): Access("officer", "whoever may enter it anew", COORDINATORS),
    ("POST", "/v1/lapor/incoming/import"): Access("officer", "the same, as a list", COORDINATORS),
    ("GET", "/petugas/lapor"): Access("public", "an empty page; all that it shows comes with an officer's token"),
    ("GET", "/petugas/lapor/{file}"): Access("public", "its script and style, the same for everybody"),
    # intake: citizens' own complaints
    ("GET", "/v1/me/complaints"): Access("citizen", "the device's own complaints and no other's"),
    ("GET", "/v1/me/complaints/{ticket}"): Access("citizen", "what was said, to whoever wrote it or holds its code"),
    ("POST", "/v1/me/complaints/{ticket}/rating"): Access("citizen", "whoever wrote it says how it was answered"),
    ("PUT", "/v1/me/push-token"): Access("citizen", "a device says where it is woken; nobody reads it back here"),
    ("DELETE", "/v1/me/push-token"): Access("citizen", "a device wants to sleep"),
    # intake: uploads by the protocol tus
    ("OPTIONS", "/v1/uploads"): Access("public", "what this server of tus can do is written in its specification"),
    ("POST", "/v1/uploads"): Access("citizen", "any device may upload within its day's limits, which its name counts"),
    ("PATCH", "/v1/uploads/{upload_id}"): Access("citizen", "the device that began it; to others it does not exist"),
    ("POST", "/v1/uploads/{upload_id}"): Access("citizen", "the same, for networks that let no PATCH through"),
    ("DELETE", "/v1/uploads/{upload_id}"): Access("citizen", "the device that began it; to others it does not exist"),
    # identity
    ("POST", "/v1/sessions"): Access("public", "signing in is how one stops being a stranger; limited per address"),
    ("POST", "/v1/sessions/refresh"): Access("public", "a secret renews one session, once; limited per address"),
    ("POST", "/v1/sessions/service"): Access("public", "a machine proves itself by its token; limited per address"),
    ("GET", "/v1/sessions/oidc"): Access("public", "sends a stranger to the provider; limited per address"),
    ("GET", "/v1/sessions/oidc/callback"): Access(
        "public", "the provider's signed word, for the browser that set out; limited per address"
    ),
    ("GET", "/v1/sessions/me"): Access("officer", "whoever is signed in sees their own account", EVERY_ROLE),
    ("GET", "/v1/sessions"): Access("officer", "whoever is signed in sees where else they are", EVERY_ROLE),
    ("DELETE", "/v1/sessions/current"): Access("officer", "whoever is signed in signs out", EVERY_ROLE),
    ("DELETE", "/v1/sessions/{session_id}"): Access("officer", "one's own sessions, all else is a 404", EVERY_ROLE),
    ("PUT", "/v1/sessions/password"): Access("officer", "one's own, with the old one; no machine", EVERY_ROLE),
    ("POST", "/v1/sessions/totp"): Access(
        "officer", "one's own, with the password once more; a token for enrolling opens this and confirm", EVERY_ROLE
    ),
    ("POST", "/v1/sessions/totp/confirm"): Access("officer", "with the code of the key just proposed", EVERY_ROLE),
    # casework
    ("GET", "/v1/cases"): Access("officer", "the queue; an operator runs machines and sees no complaint", READERS),
    ("GET", "/v1/cases/{ticket}"): Access("officer", "a case of one's agency, or of the province", READERS),
    ("POST", "/v1/cases/{ticket}/verify"): Access("officer", "whoever may take a case may verify it", MOVERS),
    ("POST", "/v1/cases/{ticket}/take"): Access("officer", "leaders read and do not move cases", MOVERS),
    ("POST", "/v1/cases/{ticket}/assign"): Access(
        "officer", "the coordinator corrects routing; the Inspectorate within its own office", VIEWERS
    ),
    ("POST", "/v1/cases/{ticket}/join"): Access("officer", "the coordinator, or whoever works both cases", MOVERS),
    ("POST", "/v1/cases/{ticket}/separate"): Access("officer", "whoever may join", MOVERS),
    ("POST", "/v1/cases/{ticket}/follow-up"): Access("officer", "whoever works the case", MOVERS),
    ("POST", "/v1/cases/{ticket}/answer"): Access("officer", "leaders read and do not move cases", MOVERS),
    ("POST", "/v1/cases/{ticket}/close"): Access("officer", "leaders read and do not move cases", MOVERS),
    ("POST", "/v1/cases/{ticket}/ask"): Access("officer", "whoever works the case, and the coordinator", MOVERS),
    ("POST", "/v1/cases/{ticket}/proceed"): Access("officer", "whoever may ask", MOVERS),
    ("POST", "/v1/cases/{ticket}/transfer"): Access(
        "officer", "an agency says that it is not theirs; what is sealed leaves the Inspectorate for nobody", LIAISONS
    ),
    ("POST", "/v1/cases/{ticket}/decline"): Access("officer", "the coordinator decides transfers", COORDINATORS),
    ("POST", "/v1/cases/{ticket}/archive"): Access(
        "officer", "who ends a complaint without an answer is an administrator, as in SP4N", VIEWERS
    ),
    ("POST", "/v1/cases/{ticket}/reject"): Access("officer", "whoever may archive", VIEWERS),
    ("POST", "/v1/cases/{ticket}/reopen"): Access("officer", "whoever worked it, and the coordinator", MOVERS),
    ("POST", "/v1/cases/{ticket}/unseal"): Access(
        "officer", "what a rule sealed too many is opened by who alone sees it", frozenset({Role.INSPECTORATE})
    ),
    ("POST", "/v1/cases/{ticket}/mark"): Access(
        "officer", "whoever verifies must hide what names third persons (Perpres 76/2013)", MOVERS
    ),
    ("POST", "/v1/cases/{ticket}/note"): Access("officer", "colleagues who work or coordinate the case", MOVERS),
    ("POST", "/v1/cases/{ticket}/reporter"): Access(
        "officer",
        "who works the case; of anonymous and secret ones coordinator and Inspectorate, of sealed ones the Inspectorate"
        " (Perpres 76/2013); leaves a record",
        MOVERS,
    ),
    ("GET", "/v1/looks"): Access("officer", "who watches over those who look", frozenset({Role.INSPECTORATE})),
    # monitoring
    ("GET", "/v1/figures/follow-up"): Access(
        "officer", "who answers for agencies; sealed ones in the Inspectorate's totals alone", FIGURES
    ),
    ("GET", "/v1/figures/answers"): Access("officer", "the same; shares of warnings, and nobody's words", FIGURES),
    # the gateway
    ("GET", "/health/live"): Access("public", "a supervisor asks without a secret; says `alive`"),
    ("GET", "/health/ready"): Access("public", "a load balancer asks without a secret; names what is not ready"),
    ("GET", "/health/intake"): Access(
        "public", "a monitor asks without a secret and hears one word; the accounts are the operator's, as /metrics"
    ),
    ("GET", "/metrics"): Access("operator", "figures tell outsiders when to strike; the machine itself or the token"),
    ("GET", "/openapi.json"): Access("public", "those who build an app for citizens need it"),
}
