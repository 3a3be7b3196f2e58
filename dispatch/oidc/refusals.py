"""Why signing in at the provider came to nothing; each message tells the user what to do."""


class ProviderNotOffered(RuntimeError):
    """This service knows no provider to sign in at: use an account's name and password."""

    code = "provider_not_offered"


class ProviderAway(RuntimeError):
    """The provider does not answer: try again in a moment, or sign in with a password."""

    code = "provider_away"


class ProviderWrong(PermissionError):
    """The provider's answer does not hold: begin anew, and tell an administrator if it happens again."""

    code = "provider_wrong"


class ProviderClock(PermissionError):
    """The provider's clock and ours are minutes apart: an administrator has to set them right."""

    code = "provider_clock"


class ProviderSaidNo(PermissionError):
    """The provider did not sign this person in, or they broke it off: begin anew."""

    code = "provider_said_no"


class SignInStale(PermissionError):
    """This sign-in was not begun in this browser, or minutes ago, or it is over: begin anew."""

    code = "sign_in_stale"
