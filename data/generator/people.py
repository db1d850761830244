"""Names that reviewers go by: real-looking ones, nicknames, a few with a motto, as on the site."""

from random import Random

from generator.grammar import Grammar

_NAMES = Grammar(
    {
        "name": """
{first} {last} | {first} {last} | {first} {initial} {last} | {first} | {first} {initial} | {initial} {last}
{nick} | {first}{1-99}
{first} {last} "{motto}" | {nick}{1-2099} | {first} and {first} {last} | {first} {last}, {town}
""",
        "first": """
Alice | Ben | Carla | Dmitri | Ellen | Frank | Grace | Hector | Ivy | Jorge | Karen | Leo | Maya | Nate | Olga
Pete | Quinn | Rosa
Sam | Tina | Ursula | Victor | Wendy | Xavier | Yvonne | Zack | André | Beth | Curtis | Dana | Earl | Faye
Glenn | Hank | Irene
Jesús | Kyle | Lorna | Marty | Noel | Owen | Priya | Ray | Sheila | Tom | Renée | Walt | Yuki | Abdul | Chloë
""",
        "last": """
Abbott | Barlow | Castillo | Dunn | Eklund | Farrow | García | Hobbs | Ingram | Jarvis | Kowalski | Lundy
Mercer | Novak | Osborne
Pruitt | Quigley | Rhodes | Stavros | Tran | Underhill | Vega | Whitlock | Xu | Yates | Zimmer | Ames | Boone
Crowley | Delgado | Müller
""",
        "initial": "A. | B. | C | D. | E. | G. | H | J. | K. | L. | M | P. | R. | S. | T. | W.",
        "nick": """
toneseeker | mudpuppy | Happy Camper | GrandmaJo | the tinkerer | bluesdog | Ms. Green | DIYguy
picky shopper | nightowl | Bigfoot
Old Goat | jazzcat | rustbucket | cloud nine | Amazon Customer | Mr. Fixit | sunny side up | slowhand
weedwhacker
""",
        "motto": """
reader and doer | always learning | husband, father, fixer | if it ain't broke | music lover | dog person
just my 2 cents | never enough
honest reviews | still trying
""",
        "town": "Ohio | TX | Maine | Boise | Portland | Reno | UK | Tulsa",
    }
)


def name(random: Random) -> str:
    """A reviewer's name."""
    return _NAMES.expand("name", random, {})
