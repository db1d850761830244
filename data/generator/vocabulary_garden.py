"""What reviews of patio, lawn and garden products talk about. Prose only: `grammar.py` explains the notation.

Brands are invented, so that no maker is praised or blamed by a review that nobody wrote.
"""

BRANDS = """
Greenhollow | Thornbury | Meadow & Sons | Larkfield | Rainmark | Stonewood | Briarcrest | Ashgrove | Pondside
Fernhill
Clayton Works | Sunmere | Hedgerow | Marlpit | Oldfield | Goldenrod | Wrenbrook | Barnstead | Cedarline
Dovecote
Hearthside | Yardley | Millrace | Southpaw | Timberlane | Willowmere | Foxglove | Northacre | Bramble Hill
Terrano
"""

RULES = {
    "player": """
gardener | homeowner | beginner | master gardener | retired farmer | weekend landscaper
renter with a balcony | new homeowner
backyard cook | rose grower | beekeeper | bird watcher | handyman | lawn nut | grandmother with bad knees
""",
    "background": """
I have been gardening for {3-40} years and I am {opinionated} about {gear}
We have {2-9} acres in {region} and something always needs {chore}
I look after a {plot} in {region}, mostly {plant} and {plant}
I am a {player} with a {plot} that gets full sun{, most of the day|, from noon on|}
Our {plot} backs on to the woods, so we get {pest} every {season}
I own {2-6} mowers, a shed full of {gear} and not enough time
My {plot} is heavy clay and nothing grows there without {chore}
I only took up growing {plant} last {season}, so take this as the view of a {player}
We cook outside {2-6} nights a week from {month} to {month}
I keep {3-14} {plant} in pots on a windy deck
""",
    "opinionated": "picky | not very picky | fussy | fairly relaxed | stubborn | particular",
    "gear": "tools | equipment | garden gear | hand tools | yard gear | power tools",
    "region": """
Ohio | the high desert | coastal Maine | north Texas | western Oregon | the Florida panhandle | Minnesota
the Carolinas | Arizona
upstate New York | the Ozarks | Kansas | southern California
""",
    "plot": """
yard | vegetable patch | raised bed | backyard | front lawn | side yard | community plot | flower border
patio
""",
    "plant": """
tomatoes | roses | peppers | squash | hostas | blueberries | zucchini | dahlias | herbs | cucumbers
hydrangeas | jalapeños | beans
strawberries | boxwoods | lettuce | azaleas
""",
    "chore": """
watering | weeding | pruning | mulching | mowing | raking | digging | edging | composting | aerating
""",
    "pest": """
deer | squirrels | mosquitoes | slugs | ants | wasps | voles | raccoons | rabbits | aphids | chipmunks
gophers
""",
    "month": "March | April | May | June | September | October | November",
    "place": """
the back deck | the vegetable patch | the driveway | a corner of the garage | the shed | the side yard
the front porch | the pond
a shady bed | the greenhouse | our campsite | the fence line
""",
    "relative": """
my husband | my wife | my mother | my dad | my neighbor | my daughter | my son-in-law | my brother
my grandmother | a coworker
my father-in-law | my sister | my aunt | my landlord
""",
    "skilled": """
the man at the nursery | our landscaper | the mower shop | my neighbor, a contractor | the extension agent
""",
    "shop": """
the hardware store | the big orange store | the local nursery | the garden center | the farm supply store
""",
    "nearby": "the neighbors | the dog | the grass | the birds | the back fence",
    "situation": """
you have clay soil | you live where it freezes | your water pressure is low | you have bad wrists
your yard slopes | you have big dogs
you only have a balcony | you grow {plant} | {pest} visit at night | you get strong wind
your beds are long and narrow
you are tall | your deck gets full sun | you have more than {2-5} acres
""",
    "technical": """
water pressure | soil depth | cutting height | flow rate | thread size | battery run time | seed rate
coverage | gauge of the steel
spray pattern | weight at the head | drainage | blade angle | airflow | heat retention | drip spacing
""",
}

KINDS = {
    "hose": {
        "plural": False,
        "noun": "hose | garden hose | soaker hose | expandable hose | hose reel | coil hose",
        "part": """
fitting | coupling | washer | outer layer | valve | crank | inner tube | swivel | shutoff | sleeve
""",
        "good": """
drain{s} and coil{s} without a fight | stay{s} flexible in the cold | reach{es} every corner of the yard
resist{s} kinks
hold{s} pressure all day | weigh{s} half as much as rubber
""",
        "bad": """
burst within {2-9} weeks | leak{s} at the faucet | kink{s} every few feet | split in the sun
crack{s} at the first frost
tangle{s} like fishing line
""",
        "fact": """
deliver{s} about {3-9} gallons a minute | measure{s} {25-100} feet under pressure | weigh{s} {4-18} pounds dry
use{s} 3/4" brass fittings | lose{s} {5-20} psi end to end | hold{s} at {60-120} psi
""",
        "use": """
watering the beds | washing the car | filling the pond | reaching the back fence | rinsing the deck
""",
        "rival": """
the black rubber one | the vinyl hose from last year | a steel hose | the flat kind | my father's old red hose
""",
        "tip": """
drain it before winter | swap in a rubber washer | don't leave it under pressure | keep it out of the sun
""",
    },
    "sprinkler": {
        "plural": False,
        "noun": """
sprinkler | oscillating sprinkler | impact sprinkler | drip kit | watering timer | nozzle | spray wand
""",
        "part": "head | dial | timer | spike | nozzle | trigger | filter | gasket | program button | arm",
        "good": """
cover{s} the lawn evenly | run{s} on the set hour | turn{s} at low pressure | adjust{s} from mist to jet
survive{s} a drop on concrete
cut our water bill
""",
        "bad": """
stick{s} in one corner | leak{s} more than it sprays | forgot its program after {2-9} days
strip{s} the threads
clog{s} with hard water | soak{s} the sidewalk and not the grass
""",
        "fact": """
cover{s} a circle of {15-60} feet | use{s} {1-4} gallons a minute | run{s} from {1-12} up to {60-240} minutes
need{s} at least {20-40} psi
take{s} {2-4} AA batteries
""",
        "use": """
new seed | vegetable rows | watering while on vacation | hanging baskets | establishing shrubs
""",
        "rival": """
the brass impact head | a two-dollar nozzle | the four-zone timer | the turtle type | the tractor sprinkler
""",
        "tip": "clean the screen monthly | set it for dawn | put tape on the threads | weigh down the base",
    },
    "mower": {
        "plural": False,
        "noun": "mower | reel mower | electric mower | cordless mower | trimmer | string trimmer | edger",
        "part": "blade | deck | battery | handle | height lever | motor | bag | wheel | cutting head | guard",
        "good": """
start{s} every time | cut{s} cleanly through tall grass | turn{s} on a dime
run{s} quiet enough for Sunday morning
fold{s} up against the wall | mulch{es} fine
""",
        "bad": """
stall{s} in damp grass | eat{s} line | quit after {2-6} mowings | throw{s} clippings on your shoes
bog{s} down
shook its own bolts loose | scalp{s} the high spots
""",
        "fact": """
cut{s} a swath of {14-21} inches | run{s} {20-55} minutes on a charge | weigh{s} {15-70} pounds
adjust{s} from {1-2} to {3-4} inches
handle{s} about {2-9} thousand square feet | use{s} .0{65-95} line
""",
        "use": """
mowing a small lot | trimming along the fence | cutting tall weeds | edging the walk | mowing on a slope
""",
        "rival": """
my gas mower | the twenty-volt version | a lawn service | the push reel from the fifties | the corded one
""",
        "tip": """
sharpen the blade each spring | charge it indoors | mow when it is dry | go over it twice in May
""",
    },
    "pruners": {
        "plural": True,
        "noun": "pruners | hand pruners | loppers | shears | hedge shears | bypass pruners | snips",
        "part": "blade | spring | lock | pivot bolt | handle | grip | anvil | steel | edge | return",
        "good": """
slice{s} through green wood | fit{s} small hands | hold{s} an edge | open{s} smoothly
feel{s} balanced all afternoon
come{s} apart for cleaning
""",
        "bad": """
jam{s} on anything thicker than a pencil | rust{s} overnight | tear{s} the stem
lost the spring in {2-6} days
raise{s} blisters | bend{s} out of line
""",
        "fact": """
cut{s} branches up to {0.5-1.9} inches | weigh{s} {6-40} ounces | measure{s} {7-30} inches overall
open{s} about {2-6} inches
stay{s} sharp for {20-60} hours of work
""",
        "use": """
deadheading roses | thinning fruit trees | cutting back grapevines | shaping boxwoods | clearing brambles
""",
        "rival": """
the Swiss ones | the ratchet type | the discount pair | my grandfather's anvil pruners | a folding saw
""",
        "tip": """
oil the pivot | wipe the sap off with alcohol | cut at a slant | touch up the edge with a stone
""",
    },
    "gloves": {
        "plural": True,
        "noun": "gloves | garden gloves | work gloves | rose gloves | nitrile gloves | leather gloves",
        "part": "cuff | palm | fingertip | stitching | lining | coating | thumb | gauntlet | fit | elastic",
        "good": """
keep{s} thorns out | breathe{s} in summer | wash{es} up like new | let{s} you feel the seed
stay{s} dry in mud
last{s} a whole season
""",
        "bad": """
tore at the thumb in {2-9} days | run{s} two sizes small | let{s} every thorn through
turn{s} stiff after a wash
make{s} your hands sweat | bleed{s} green dye
""",
        "fact": """
measure{s} {9-18} inches to the elbow | come{s} {2-12} pairs to a pack | last{s} {2-9} months
fit{s} a hand of {7-9} inches
survive{s} {4-20} washes
""",
        "use": "pulling thistles | pruning roses | planting seedlings | hauling firewood | cleaning the pond",
        "rival": """
goatskin | the cotton dollar pair | the rubber-dipped ones | welder's gloves | my old deerskin
""",
        "tip": """
order a size up | dry them in the shade | shake out the dirt before washing | keep a pair in the car
""",
    },
    "trap": {
        "plural": False,
        "noun": "trap | mouse trap | wasp trap | live trap | zapper | ant bait | repeller | repellent",
        "part": """
door | spring | bait tray | trip plate | bottle | bulb | lure | cage | latch | collection tray
""",
        "good": """
caught {2-9} in the first night | set{s} without pinched fingers | keep{s} the porch clear | empt{ies} easily
stay{s} set in the rain
leave{s} the birds alone
""",
        "bad": """
feed{s} the mice for free | attract{s} more than it kills | go{es} off when the wind blows
never caught a thing
fell apart in the rain | smell{s} awful by day {2-6}
""",
        "fact": """
measure{s} {10-36} inches long | cover{s} about {200-900} square feet | use{s} {15-60} watts
last{s} {2-12} weeks outdoors
trip{s} at {1-4} ounces
""",
        "use": """
keeping mice out of the shed | clearing wasps | saving the lettuce | guarding the feeder
relocating a raccoon
""",
        "rival": """
the old wooden snap kind | peanut butter and a bucket | the sonic gadget | an exterminator | our late cat
""",
        "tip": """
use peanut butter | place it along the wall | move it every few days | wear gloves so it has no scent
""",
    },
    "feeder": {
        "plural": False,
        "noun": "feeder | bird feeder | hummingbird feeder | suet feeder | bird bath | nesting box",
        "part": "perch | baffle | tray | lid | port | hanger | reservoir | seed tube | roof | base",
        "good": """
bring{s} in finches by the dozen | keep{s} squirrels off | come{s} apart for the dishwasher | survive{s} hail
hang{s} level
stay{s} free of ants
""",
        "bad": """
drip{s} nectar on the deck | lost its bottom in {2-8} days | let{s} the rain in
was chewed through by squirrels
fade{s} in the sun | attract{s} only wasps
""",
        "fact": """
hold{s} {2-9} pounds of seed | need{s} a refill every {2-9} days | weigh{s} {1-6} pounds full
hang{s} {5-8} feet up
{has} {4-8} ports | hold{s} {8-32} ounces of nectar
""",
        "use": """
watching finches | feeding cardinals | keeping squirrels busy | winter suet | hummingbirds at the window
""",
        "rival": """
the cedar one | the tube feeder | a plastic bottle kit | the window type | the spinning one
""",
        "tip": """
boil the nectar | hang it ten feet from the tree | rinse it weekly | grease the pole | leave out red dye
""",
    },
    "grill": {
        "plural": False,
        "noun": """
grill | charcoal grill | smoker | gas grill | fire pit | griddle | chimney starter | grill cover
""",
        "part": "lid | grate | burner | thermometer | ash pan | igniter | vent | side shelf | leg | paint",
        "good": """
hold{s} a steady heat | sear{s} like a steakhouse | light{s} on the first click | clean{s} up with a brush
fit{s} a small deck
keep{s} the rain off
""",
        "bad": """
rust{s} through in one winter | warp{s} over a full fire | arrived with a dent | came without half the screws
flare{s} up | read{s} fifty degrees off
""",
        "fact": """
reach{es} {450-700} degrees in {10-25} minutes | hold{s} {215-260} degrees for {4-12} hours
weigh{s} {20-140} pounds
cook{s} {8-24} burgers at once | burn{s} {2-9} pounds of charcoal | {has} {200-600} square inches of grate
""",
        "use": """
smoking a brisket | burgers for a crowd | searing steaks | low-and-slow ribs | tailgating | pizza
""",
        "rival": "the kettle | my old propane grill | the ceramic egg | the pellet type | a cut-up oil drum",
        "tip": """
season the grate | keep the lid shut | use lump charcoal | check the hose with soapy water | trust a probe
""",
    },
    "chair": {
        "plural": False,
        "noun": """
chair | patio chair | lounge chair | hammock | umbrella | bench | cushion set | gravity chair
""",
        "part": "frame | fabric | arm rest | crank | pole | stitching | cup holder | rope | foot | headrest",
        "good": """
recline{s} smoothly | dr{ies} fast after rain | hold{s} a big man with no creaking | fold{s} flat
keep{s} its color
make{s} you want a nap
""",
        "bad": """
sag{s} within {2-6} weeks | blew over in a light wind | tore along the seam | rust{s} at the bolts
pinch{es} the legs
fade{s} to pink
""",
        "fact": """
hold{s} up to {200-350} pounds | weigh{s} {9-38} pounds | sit{s} {13-18} inches off the ground
open{s} to {7-11} feet
take{s} {10-45} minutes to assemble | fold{s} to {4-7} inches
""",
        "use": """
reading on the deck | naps in the shade | camping | poolside | watching the ball game outside
""",
        "rival": """
the teak set | a plastic stack chair | the Adirondack | the rope hammock | the ones at the club
""",
        "tip": """
bring the cushion in at night | wax the frame | tighten the bolts each month | fill the base with sand
""",
    },
    "seed": {
        "plural": False,
        "noun": "fertilizer | grass seed | potting mix | plant food | weed killer | compost | mulch",
        "part": """
bag | texture | smell | label | coverage | nitrogen | germination | dust | formula | spreader setting
""",
        "good": """
green{s} up the lawn without burning it | sprout{s} fast | smell{s} mild | go{es} a long way | drain{s} well
brought back a dying fern | knock{s} out crabgrass
""",
        "bad": """
burned a stripe across the lawn | never sprouted | cake{s} in the spreader | arrived half open
grow{s} mushrooms
killed the grass and spared the weeds
""",
        "fact": """
cover{s} about {1-9} thousand square feet | sprout{s} in {6-21} days | need{s} {2-4} applications
come{s} in a {3-40} pound bag
test{s} at {5-30} percent nitrogen | take{s} {2-9} ounces to a gallon
""",
        "use": """
overseeding in fall | feeding tomatoes | reviving a bare patch | containers | starting peppers indoors
""",
        "rival": """
the blue crystals | chicken manure | the bag from the warehouse club | fish emulsion | plain compost
""",
        "tip": """
water it in | apply before rain | wear a mask when pouring | go half strength at first | keep it off the walk
""",
    },
    "shovel": {
        "plural": False,
        "noun": "shovel | spade | garden fork | rake | trowel | weeder | hoe | wheelbarrow | cultivator",
        "part": "blade | shaft | handle | tine | socket | weld | footrest | point | ferrule | grip",
        "good": """
cut{s} through roots | pull{s} dandelions with the whole root | save{s} your back | hold{s} up to rock
feel{s} light all day
slice{s} into clay
""",
        "bad": """
bent on the first root | snapped at the neck | come{s} loose at the collar | wobble{s} | rust{s} in the shed
raise{s} splinters
""",
        "fact": """
measure{s} {12-62} inches | weigh{s} {2-7} pounds | dig{s} {6-14} inches deep | use{s} {12-16} gauge steel
pull{s} {30-90} weeds an hour | carr{ies} {3-6} cubic feet
""",
        "use": """
digging post holes | turning compost | pulling dandelions | edging beds | moving gravel | breaking sod
""",
        "rival": """
the forged English one | the store brand | my trenching spade | the fiberglass one | a rented tiller
""",
        "tip": """
file the edge | oil the handle | work when the soil is damp | step on it, don't kick | hang it up dry
""",
    },
    "saw": {
        "plural": False,
        "noun": "chain saw | pole saw | leaf blower | pressure washer | chipper | hedge trimmer | blower",
        "part": "chain | motor | trigger | tube | oiler | nozzle | cord | bar | battery | choke",
        "good": """
start{s} on the second pull | chew{s} through oak | clear{s} wet leaves | run{s} smooth
weigh{s} little enough for my wife
strip{s} years of grime
""",
        "bad": """
leak{s} bar oil on the floor | flood{s} every morning | threw its chain | smoked and died after {2-6} uses
vibrate{s} your hands numb | lack{s} the power of a hair dryer
""",
        "fact": """
run{s} {15-50} minutes a battery | weigh{s} {6-14} pounds | move{s} air at {110-230} mph
cut{s} logs up to {6-16} inches
put{s} out {1300-2400} psi | reach{es} {8-15} feet up | measure{s} {62-80} decibels at {10-50} feet
""",
        "use": """
limbing a downed oak | clearing the gutters | washing siding | fall cleanup | cutting firewood
""",
        "rival": "my two-stroke | the backpack blower | a rented one | the eighteen-volt | a bow saw",
        "tip": """
use fresh fuel | check the chain tension | let it cool | wear ear plugs | run it dry before storage
""",
    },
    "lights": {
        "plural": True,
        "noun": "solar lights | path lights | string lights | torches | lanterns | spotlights",
        "part": "stake | panel | battery | lens | switch | sensor | bulb | finish | glow | housing",
        "good": """
come{s} on at dusk by themselves | shine{s} until morning | look{s} like gaslight | push{es} into hard ground
survive{s} snow
make{s} the path safe
""",
        "bad": """
give{s} less light than a firefly | fill{s} with water | snap{s} at the stake | quit after {2-8} weeks
look{s} blue and cold
come{s} on at noon
""",
        "fact": """
stay{s} on {4-11} hours | stand{s} {12-24} inches tall | put{s} out {5-60} lumens | come{s} {4-12} to a box
need{s} {5-9} hours of sun | throw{s} light about {2-8} feet
""",
        "use": """
lighting the front walk | parties on the deck | marking the drive | the mailbox | a dark side gate
""",
        "rival": """
the wired set | the glass kind | the dollar store ones | low-voltage lights | citronella buckets
""",
        "tip": "swap the battery after a year | wipe the panel | face it south | drill a pilot hole in clay",
    },
    "cover": {
        "plural": False,
        "noun": "tarp | row cover | netting | planter | pot | raised bed kit | trellis | compost bin",
        "part": "grommet | panel | corner | lid | seam | joint | drain hole | mesh | door | peg",
        "good": """
go{es} together with no tools | keep{s} the deer off | hold{s} shape in wind | let{s} the rain through
drain{s} well
look{s} like terra cotta
""",
        "bad": """
tear{s} at the corners | crack{s} in frost | bow{s} out in the middle | arrived with the wrong panels
hold{s} no heat
trap{s} snakes and birds
""",
        "fact": """
measure{s} {3-8} feet by {2-4} | hold{s} {8-60} gallons | take{s} {10-60} minutes to put up
weigh{s} {2-30} pounds
stand{s} {10-72} inches high | heat{s} to {110-150} degrees in {5-20} days
""",
        "use": "protecting blueberries | growing salad | starting compost | climbing beans | early frost",
        "rival": """
cedar boards | chicken wire | old bed sheets | a clay pot | the tumbling kind | cinder blocks
""",
        "tip": """
set it level | double up the clips | bury the edge | line the bottom with cardboard | anchor it with bricks
""",
    },
}
