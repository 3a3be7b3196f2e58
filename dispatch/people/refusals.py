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


class AccountDisabled(PermissionError):
    """This account is disabled, or the one that issued this token: ask an administrator."""

    code = "account_disabled"


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
