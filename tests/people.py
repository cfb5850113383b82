"""The people of the tests: Alice asks, Bob works here, Charlie must see nothing of either."""

from bot.domain.people import Channel, Person, Role

ALICE = Person("web:alice", Role.CUSTOMER, Channel.WEB)
BOB = Person("slack:bob", Role.EMPLOYEE, Channel.SLACK)
CHARLIE = Person("web:charlie", Role.CUSTOMER, Channel.WEB)
