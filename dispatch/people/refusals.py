"""Why somebody is not let in or not taken at their word; each message tells the user what to do."""


class UnknownInvitation(LookupError):
    """There is no such invitation: ask for a new one."""

    code = "unknown_invitation"


class InvitationUsed(RuntimeError):
    """This invitation has been used: ask for a new one."""

    code = "invitation_used"


class InvitationExpired(RuntimeError):
    """This invitation has expired: ask for a new one."""

    code = "invitation_expired"


class ConsentOutdated(RuntimeError):
    """The words of the consent have changed: show them as they are now, and ask again."""

    code = "consent_outdated"


class NoConsent(RuntimeError):
    """Consent has been withdrawn: consent anew first."""

    code = "no_consent"


class PushNotOffered(RuntimeError):
    """This service sends no push messages, so there is nothing to subscribe to."""

    code = "push_not_offered"


class ChannelNotOffered(RuntimeError):
    """This service has no channel of this name."""

    code = "channel_not_offered"


class BadSubscription(ValueError):
    """No push could ever be sent to this subscription; the message says why."""

    code = "bad_subscription"


class RescuerErased(RuntimeError):
    """This person's data has been erased; register them anew, under another id."""

    code = "rescuer_erased"


class WrongNameOrPassword(PermissionError):
    """The name or the password is wrong, or the account is disabled."""

    code = "wrong_name_or_password"


class TotpRequired(PermissionError):
    """The password is right, and this account has an authenticator app: send its code, or a recovery code, as well."""

    code = "totp_required"


class TotpWrong(PermissionError):
    """The code is wrong, or has been used: send the one that the app shows now, or another recovery code."""

    code = "totp_wrong"


class TotpNotEnrolled(PermissionError):
    """This account needs an authenticator app: `rescue-circle accounts totp NAME` on the server adds one."""

    code = "totp_not_enrolled"


class TotpEnrolled(RuntimeError):
    """This account has an authenticator app already: another administrator takes it off first."""

    code = "totp_enrolled"


class TotpNotBegun(RuntimeError):
    """There is nothing to confirm: begin anew, and add what is shown to the app."""

    code = "totp_not_begun"


class OwnTotp(RuntimeError):
    """Nobody takes their own app off: ask another administrator, or use `rescue-circle accounts totp-reset`."""

    code = "own_totp"


class AccountDisabled(PermissionError):
    """This account is disabled, or the one that issued this token: ask an administrator."""

    code = "account_disabled"


class NotKnownHere(PermissionError):
    """The provider knows this person, and this service has no account for them: an administrator invites them."""

    code = "not_known_here"


class RoleWithdrawn(PermissionError):
    """The provider gives this person no role here any more: whoever keeps its groups gives it back."""

    code = "role_withdrawn"


class NotLinked(RuntimeError):
    """This account is linked to nobody at a provider."""

    code = "not_linked"


class NoSession(PermissionError):
    """There is no session, or it has ended: sign in again, volunteers with a new invitation."""

    code = "no_session"


class UnknownProblem(LookupError):
    """There is no such report."""

    code = "unknown_problem"


class UnknownAccount(LookupError):
    """There is no account of this name."""

    code = "unknown_account"


class BadAccount(ValueError):
    """The account cannot be made like this; the message says why."""

    code = "bad_account"
