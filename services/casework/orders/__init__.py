"""What officers order, one file for each chapter of a complaint's life; `ORDERS` lists them all.

An order is a move of the state machine with what comes along. Before `do` runs, `CaseworkService.carry_out` has locked
the case and checked right, version and state; the endpoints make an address of each.
"""

from services.casework.orders import asking, assigning, ending, working
from services.casework.orders.order import Act, Order

ORDERS: tuple[Order, ...] = (*working.ORDERS, *assigning.ORDERS, *asking.ORDERS, *ending.ORDERS)

__all__ = ["ORDERS", "Act", "Order"]
