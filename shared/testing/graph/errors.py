"""Graph's errors, as the stand-in gives them: Meta for Developers, "Messenger Platform: Error codes"."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi.responses import JSONResponse


@dataclass(frozen=True, slots=True)
class GraphError:
    """One row of the table. `status` is HTTP's."""

    code: int
    subcode: int | None
    message: str
    kind: str = "OAuthException"
    transient: bool = False
    status: int = 400

    def answer(self, *, retry_after: int | None = None) -> JSONResponse:
        """Say it as Graph does."""
        error: dict[str, object] = {"message": f"(#{self.code}) {self.message}", "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return JSONResponse({"error": {**error, "fbtrace_id": "AStandIn"}}, status_code=self.status, headers=headers)


ERRORS: Mapping[str, GraphError] = {
    "token_expired": GraphError(190, 463, "Error validating access token: Session has expired"),
    "password_changed": GraphError(190, 460, "Error validating access token: the user changed the password"),
    "app_removed": GraphError(190, 458, "Error validating access token: The user has not authorized application"),
    "token_invalid": GraphError(190, None, "Invalid OAuth access token."),
    "proof_invalid": GraphError(
        100, None, "Invalid appsecret_proof provided in the API argument", "GraphMethodException"
    ),
    "outside_window": GraphError(10, 2018278, "This message is sent outside of allowed window."),
    "outside_window_instagram": GraphError(10, 2534022, "This message is sent outside of allowed window."),
    "person_unreachable": GraphError(10, 2018065, "This person cannot receive messages from you."),
    "person_blocked_us": GraphError(10, 2018108, "This Person Cannot Receive Messages: This person isn't available."),
    "account_restricted_by_person": GraphError(10, 1893063, "The message cannot be delivered."),
    "person_unreachable_instagram": GraphError(10, 2534077, "This person isn't receiving messages from you."),
    "person_unavailable": GraphError(551, 1545041, "This person isn't available right now."),
    "permission": GraphError(10, None, "Application does not have permission for this action"),
    "person_restricted": GraphError(200, 1545041, "This Person Cannot Receive Messages"),
    "messages_switched_off": GraphError(200, 2534041, "The account does not allow access to messages."),
    "no_such_person": GraphError(100, 2018001, "No matching user found"),
    "no_such_person_instagram": GraphError(100, 2534014, "The requested user cannot be found."),
    "object_gone": GraphError(100, 33, "Unsupported post request. Object does not exist", "GraphMethodException"),
    "comment_not_answerable": GraphError(100, 2534025, "The comment is invalid for a private reply."),
    "not_thread_owner": GraphError(100, 2534037, "You are not the owner of this thread."),
    "thread_of_another_app": GraphError(10, 2018300, "Another app is controlling this thread now."),
    "media_too_large": GraphError(100, 2018047, "Upload attachment failure."),
    "media_unknown": GraphError(100, 2018109, "Attachment size exceeds allowable limit"),
    "media_refused": GraphError(100, 2018294, "Attachment cannot be sent"),
    "bad_parameter": GraphError(100, None, "Invalid parameter"),
    "unknown_error": GraphError(1, None, "An unknown error has occurred.", status=500),
    "unknown_error_transient": GraphError(1, None, "An unknown error has occurred.", transient=True, status=500),
    "service_unavailable": GraphError(2, None, "Service temporarily unavailable", status=503),
    "service_unavailable_transient": GraphError(2, None, "Service unavailable", transient=True, status=503),
    "app_limit": GraphError(4, None, "Application request limit reached", transient=True),
    "user_limit": GraphError(17, None, "User request limit reached"),
    "page_limit": GraphError(32, None, "Page request limit reached"),
    "feature_limit": GraphError(341, None, "Feature limit reached"),
    "calls_limit": GraphError(613, None, "Calls to this api have exceeded the rate limit."),
    "calls_limit_instagram": GraphError(613, 2534040, "Calls to this api have exceeded the rate limit."),
    "calls_warning": GraphError(613, 2018338, "You are close to the rate limit."),
    "business_limit": GraphError(80002, None, "There have been too many calls to this Instagram account."),
}
"""By a name of ours; a fault names one of them."""


class RefusalError(Exception):
    """Graph says no, with a row of the table."""

    def __init__(self, name: str) -> None:
        """Name the row."""
        super().__init__(name)
        self.error = ERRORS[name]
