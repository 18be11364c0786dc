"""What the service tells about itself, and public facts about accounts."""

from bot.sandbox.clock import iso
from bot.sandbox.http import Call, NotFoundError, Response, Routes, ok
from bot.sandbox.shapes.accounts import simple_user

routes = Routes()


@routes.get("/meta", "none")
def get_meta(call: Call) -> Response:
    """Facts about the service; the hooks of a sandbox come from this machine."""
    del call
    return ok({"verifiable_password_authentication": False, "hooks": ["127.0.0.1/32", "::1/128"]})


@routes.get("/users/{username}")
def get_user(call: Call) -> Response:
    """A public profile."""
    user = call.world.find_user(call.params["username"])
    if user is None:
        raise NotFoundError
    joined = iso(call.world.now())
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    profile = dict.fromkeys(("company", "location", "email", "hireable", "bio", "twitter_username"))
    shape = simple_user(call.world.links, user) | profile | counts
    return ok(shape | {"name": user.name, "blog": "", "created_at": joined, "updated_at": joined})
