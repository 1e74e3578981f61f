# The public names, each once: what is imported here is promised, and nothing else is.

from .call.exchange import Exchange as Exchange
from .call.exchange import Send as Send
from .call.logout import MemoryStore as MemoryStore
from .call.logout import TokenStore as TokenStore
from .call.logout import logout as logout
from .call.logout import logout_and_forget as logout_and_forget
from .call.logout import logout_sync as logout_sync
from .call.logout import revoke_pending as revoke_pending
from .call.outcome import Outcome as Outcome
from .call.outcome import OutcomeKind as OutcomeKind
from .call.outcome import RateLimit as RateLimit
from .call.outcome import read as read
from .call.request import LogoutRequest as LogoutRequest
from .call.token import Token as Token
from .cards.documented import show_documented as show_documented
from .cards.ledger import show_ledger as show_ledger
from .cards.outcome import show_outcome as show_outcome
from .cards.pictures import show_remaining as show_remaining
from .cards.pictures import show_timeline as show_timeline
from .cards.samples import show_samples as show_samples
from .contract.ledger import compare as compare
from .errors import InvalidToken as InvalidToken
from .errors import WemasyKitError as WemasyKitError
from .explorer.exercises import exercise as exercise
from .explorer.form import LogoutForm as LogoutForm
from .exports.export import export as export
from .exports.samples import samples as samples
from .sandbox.rules import HandClock as HandClock
from .sources.cassette import cassette as cassette
from .sources.cassette import cassette_names as cassette_names
from .sources.cassette import cassette_path as cassette_path
from .sources.live import live as live
from .sources.sandbox import Sandbox as Sandbox

__all__: list[str]
