"""What reviews of musical instruments talk about. Prose only: `grammar.py` explains the notation.

Brands are invented, so that no maker is praised or blamed by a review that nobody wrote.
"""

BRANDS = """
Harlow & Finch | Tidewater | Brightwell | Oakhurst | Calder | Norvane | Pelham | Stagecraft | Quillon
Redfern | Luma Audio
Kestrel | Marrow Bay | Ironbark | Solstice | Vantage | Windrow | Delmonte | Crosby Hill | Tonewell | Aldergate
Fretline
Bluegate | Copperline | Hollis | Meridian | Nightjar | Sandhurst | Tremont | Wexley
"""

RULES = {
    "player": """
guitarist | bass player | beginner | gigging musician | church musician | bedroom player
retired music teacher
singer-songwriter | sound engineer | drummer | weekend warrior | lefty | home recordist | bluegrass picker
studio player
""",
    "background": """
I have been playing {instrument} for {3-40} years and I am {opinionated} about {gear}
I play {instrument} in a {style} {band} and we gig about {2-9} times a month
I teach {instrument} to kids, so all my {gear} must take more abuse than most
I am a {player} who mostly plays {style} at home{, with headphones on|, after the kids are asleep|}
My main {instrument} is a {1962-2009} {brand} and I am careful about what goes near it
I own {3-14} guitars, a couple of basses and far too much {gear}
I have played everything from {style} to {style}, on stage and in the studio
I only started on {instrument} last {season}, so take this as the view of a {player}
I run sound for a small {venue} and we go through a lot of {gear}
My band plays {style} in a {venue} every {weekday}
""",
    "opinionated": "picky | not very picky | fussy | fairly relaxed | stubborn | particular",
    "gear": "gear | equipment | accessories | rig | stage gear | recording gear",
    "instrument": """
guitar | acoustic guitar | bass | mandolin | banjo | ukulele | piano | drums | fiddle | saxophone | harmonica
pedal steel
twelve-string | classical guitar | upright bass | keyboards
""",
    "style": """
blues | country | jazz | metal | folk | bluegrass | gospel | punk | classic rock | worship | funk | indie
reggae | swing
fingerstyle | surf | Celtic | soul
""",
    "band": "band | trio | duo | covers band | quartet | worship team | big band | jam group",
    "venue": """
church | coffee house | bar | theater | community center | brewery | school hall | studio | club | café
""",
    "place": """
my living room | the practice space | a loud bar | church | the studio | my bedroom | an outdoor tent
the basement | rehearsal
a small coffee house | my teacher's house | an open mic
""",
    "relative": """
my son | my daughter | my nephew | my grandson | my husband | my wife | my brother | my dad | my niece
a friend from church
my granddaughter | my roommate | my son-in-law | my bandmate
""",
    "skilled": """
my guitar tech | the luthier in town | our sound man | my old teacher | the drummer | a studio owner I know
""",
    "shop": """
my local music store | the big chain store | the guitar shop downtown | the pawn shop | the music department
""",
    "nearby": "the neighbors | the dog | the rest of the band | the back row | the singer",
    "situation": """
you play {style} | you gig every week | you are just starting out | you record at home | you have big hands
you tune down a half step
you play both electric and acoustic | you change {gear} a lot | your {instrument} has a wide neck
you play standing up
your pedal board is crowded | you have small fingers | you sing and play at once
you leave it plugged in all night
""",
    "technical": """
signal chain | string gauge | neck radius | output level | noise floor | frequency response | string spacing
fret height
action at the twelfth fret | impedance | gain structure | scale length | midrange | low end | top end
intonation
""",
}

KINDS = {
    "strings": {
        "plural": True,
        "noun": "strings | string sets | guitar strings | phosphor bronze strings | coated strings",
        "part": "tone | coating | feel | tension | wound G | high E | plain B | ball end | low E | packaging",
        "good": """
stay{s} in tune after the first day | ring{s} out with plenty of sustain | feel{s} smooth under the fingers
last{s} about {2-6} times as long as uncoated ones | sound{s} bright without being harsh | bend{s} easily
balance{s} well from low to high
""",
        "bad": """
went dead within {3-12} days | snapped at the bridge during the second song | sound{s} tinny on my dreadnought
rust{s} if you have sweaty hands | squeak{s} on every slide | refuse{s} to hold pitch past the seventh fret
""",
        "fact": """
measure{s} .0{10-13} on the high E | need{s} about {2-6} hours to settle | come{s} {3-6} sets to a box
start{s} to darken after {20-60} hours
add{s} roughly {2-9} pounds of tension over the light set
""",
        "use": """
playing fingerstyle | strumming chords | recording rhythm parts | drop D tuning | slide work | busking
""",
        "rival": """
the uncoated bronze set | the nickel set that came on my guitar | flatwounds | an 80/20 set
the silk and steel ones
""",
        "tip": """
stretch them gently before tuning up | wipe them down after playing | leave two wraps on the post
change one at a time
""",
    },
    "cable": {
        "plural": False,
        "noun": "cable | instrument cable | patch cable | guitar cord | cord | right-angle cable",
        "part": """
jacket | plug | solder joint | strain relief | shielding | ferrule | length | connector | braid | tip
""",
        "good": """
coil{s} up without kinks | stay{s} quiet even next to a power strip | fit{s} snugly in a recessed jack
lie{s} flat on stage
survive{s} being stepped on every night | keep{s} the highs that my old one lost
""",
        "bad": """
crackle{s} when I move | lost signal halfway through a set | pick{s} up a radio station
was dead out of the bag
came apart at the plug after {2-9} weeks | tangle{s} the moment you look away
""",
        "fact": """
measure{s} {10-25} feet end to end | use{s} a 1/4" plug on both ends | show{s} about {22-60} picofarads a foot
weigh{s} {8-20} ounces | add{s} {2-6} inches of slack between pedals
""",
        "use": """
running from the board to the amp | wiring a pedal board | plugging in at open mics
going straight to the mixer
""",
        "rival": """
the molded cord from the store | my twenty-year-old coiled cable | a cable at four times the price
a wireless rig
""",
        "tip": """
unscrew the barrel and look at the solder | loop it through the strap | don't wrap it around your elbow
label both ends
""",
    },
    "pedal": {
        "plural": False,
        "noun": """
pedal | overdrive pedal | delay pedal | reverb pedal | looper | chorus pedal | fuzz box | stompbox
compressor
""",
        "part": """
footswitch | gain knob | tone control | LED | battery door | enclosure | bypass | mix knob | power jack
circuit
""",
        "good": """
clean{s} up when you roll the volume back | take{s} up little room on the board
stack{s} well in front of a tube amp
run{s} dead quiet | give{s} warm, musical repeats | never color{s} the tone when it is off
""",
        "bad": """
hiss{es} like a snake above noon | pop{s} loudly when switched | eat{s} batteries
suck{s} the low end out of my bass
stopped passing signal after {2-8} months | sound{s} like a bee in a can
""",
        "fact": """
draw{s} {5-120} mA at nine volts | give{s} up to {300-900} ms of delay | measure{s} {3-5} by {2-3} inches
reach{es} unity gain at about {9-11} o'clock | hold{s} {4-20} minutes of loops
run{s} {12-30} hours on a battery
""",
        "use": """
boosting solos | pushing a clean amp | layering loops | ambient swells | recording direct | playing slide
""",
        "rival": """
the original from the eighties | my green overdrive | a boutique clone | the modeler in my amp
the mini version
""",
        "tip": """
put it before the delay | use an isolated supply | start with every knob at noon
keep the gain under two o'clock
""",
    },
    "tuner": {
        "plural": False,
        "noun": "tuner | clip-on tuner | chromatic tuner | headstock tuner | pedal tuner",
        "part": """
display | clip | battery | hinge | backlight | needle | mode button | swivel | sensor | rubber pad
""",
        "good": """
read{s} quickly even in a noisy room | stay{s} put on the headstock | show{s} up well in the dark
track{s} the low B with no trouble
agree{s} with my strobe to the cent | turn{s} itself off
""",
        "bad": """
jump{s} around on the low E | cracked at the hinge within a month | wash{es} out in sunlight
drift{s} several cents flat
pick{s} up the bass instead of my guitar | turn{s} itself on in the case
""",
        "fact": """
hold{s} to within {1-3} cents | calibrate{s} from {410-436} to {444-450} Hz | shut{s} off after {3-10} minutes
use{s} a CR2032 cell
run{s} about {20-90} hours a battery
""",
        "use": """
tuning between songs | setting intonation | tuning a twelve-string | checking the horns
quick checks on a dark stage
""",
        "rival": """
the pedal tuner | my phone app | the strobe at the shop | the old needle type | the one with the red display
""",
        "tip": """
clip it to the back of the headstock | mute the other strings | carry a spare battery
tune up to the note, never down
""",
    },
    "capo": {
        "plural": False,
        "noun": "capo | trigger capo | spring capo | banjo capo | twelve-string capo",
        "part": "spring | rubber | grip | lever | finish | arm | padding | trigger | screw | clamp",
        "good": """
clamp{s} evenly across all six strings | move{s} with one hand | leave{s} no marks on the neck
hold{s} the tuning from fret to fret
park{s} neatly on the headstock | fit{s} a wide neck
""",
        "bad": """
pull{s} the G sharp | buzz{es} on the high E | let{s} go in mid-song | pinch{es} so hard the chord goes sour
fell apart in {2-9} weeks | scratch{es} the finish
""",
        "fact": """
weigh{s} {1-4} ounces | open{s} to about {1-2} inches | pull{s} the chord {3-8} cents sharp at the second fret
fit{s} a radius of {10-16} inches | need{s} {2-5} turns of the screw
""",
        "use": """
playing in odd keys | jumping between frets live | partial capo tricks | leading worship
playing with a singer
""",
        "rival": """
the elastic kind | my screw-down capo | the roller type | the famous one at twice the price | the cheap copies
""",
        "tip": """
set it right behind the fret | retune after clamping | point the handle up | keep a spare in the case
""",
    },
    "microphone": {
        "plural": False,
        "noun": "microphone | mic | condenser mic | dynamic mic | USB mic | vocal mic | large-diaphragm mic",
        "part": """
capsule | grille | shock mount | pattern | switch | body | diaphragm | pop filter | thread | output
""",
        "good": """
handle{s} loud singers | reject{s} the wedges on stage | capture{s} the air of an acoustic guitar
need{s} hardly any EQ
sound{s} warm up close | shrug{s} off drops
""",
        "bad": """
pick{s} up every car outside | sound{s} boxy | hum{s} unless you hold the cable
clip{s} when anyone sings out
lost its top end after {2-6} months | came with a rattling capsule
""",
        "fact": """
need{s} {40-60} dB of clean gain | roll{s} off below {60-120} Hz | show{s} a bump near {4-9} kHz
weigh{s} {9-20} ounces | work{s} best {2-10} inches from the source | take{s} {120-145} dB before clipping
""",
        "use": """
recording vocals | miking a guitar cab | podcasting | live vocals | drum overheads | voice-over work
""",
        "rival": """
the industry standard | my ribbon mic | a five hundred dollar condenser | the headset mic
the built-in recorder
""",
        "tip": """
turn off the air conditioner | back off a few inches | use a real preamp | aim it at the edge of the cone
""",
    },
    "stand": {
        "plural": False,
        "noun": "stand | guitar stand | mic stand | music stand | keyboard stand | boom stand | tripod stand",
        "part": """
base | leg | yoke | clutch | foam | height adjustment | boom arm | desk | thumbscrew | rubber foot
""",
        "good": """
fold{s} flat in seconds | hold{s} a heavy bass without wobbling | stay{s} at the height you set
grip{s} the floor
fit{s} in the trunk of a small car | lock{s} with a solid click
""",
        "bad": """
tip{s} over if you breathe on it | sag{s} under the weight of a mic | stripped its threads on day {2-9}
lean{s} to the left
arrived with a bent leg | ate the finish of my guitar
""",
        "fact": """
weigh{s} {3-14} pounds | extend{s} from {24-40} to {55-72} inches | fold{s} to {15-30} inches
hold{s} up to {15-80} pounds
take{s} {5-20} minutes to assemble
""",
        "use": """
holding a guitar between sets | reading charts | setting up overheads | holding an 88-key piano
weekly rehearsals
""",
        "rival": """
the round-base one | a wall hanger | the A-frame type | the stand at school | my old three-legged one
""",
        "tip": """
tighten the clutch by hand only | put a leg under the boom | wrap the foam in cloth | tape the feet on carpet
""",
    },
    "strap": {
        "plural": False,
        "noun": "strap | leather strap | guitar strap | padded strap | bass strap | nylon strap",
        "part": "leather | stitching | padding | buckle | end tab | slide | hole | lining | weave | dye",
        "good": """
spread{s} the weight of a heavy bass | adjust{s} long enough for tall players | break{s} in nicely
keep{s} the neck from diving
look{s} far better than the photo | stay{s} on the button
""",
        "bad": """
slip{s} off the button | bleed{s} dye on a white shirt | tore at the hole | dig{s} into my neck
shed{s} lint all over
smell{s} of chemicals even after {2-6} weeks
""",
        "fact": """
measure{s} {2-4} inches across | adjust{s} from {35-44} to {52-68} inches | weigh{s} {5-14} ounces
use{s} {2-3} layers of leather
carr{ies} a {9-13} pound bass
""",
        "use": """
three-hour gigs | standing practice | playing a heavy solid-body | marching | carrying a bass all night
""",
        "rival": """
the seat-belt type | my suede strap | a plain two-inch cotton one | the neoprene one
the strap from the store
""",
        "tip": "fit strap locks | slit the hole a little | rub in some saddle soap | try it a notch shorter",
    },
    "picks": {
        "plural": True,
        "noun": "picks | guitar picks | heavy picks | thumb picks | jazz picks | plectrums",
        "part": "grip | edge | bevel | attack | flex | texture | point | thickness | tin | logo",
        "good": """
stay{s} between the fingers | glide{s} off the strings | bring{s} out the mids | last{s} for months
feel{s} like tortoise shell
make{s} fast runs easier
""",
        "bad": """
chip{s} after one set | click{s} loudly on an acoustic | slip{s} when your hands sweat
wear{s} round in {2-5} days
feel{s} like a milk jug | rattle{s} against the pick guard
""",
        "fact": """
measure{s} {0.5-2.0} mm | come{s} {6-72} to a bag | show{s} wear after {10-40} hours
flex{es} about as much as a {0.6-1.1}
cost{s} around {20-90} cents apiece
""",
        "use": """
fast alternate picking | strumming an acoustic | gypsy jazz | tremolo on the mandolin | bass lines
""",
        "rival": "the orange ones | nylon picks | a felt pick | the stone ones | my old celluloid teardrop",
        "tip": """
rough up the surface with sandpaper | angle it a little | buy the variety bag first | keep three in the pocket
""",
    },
    "guitar": {
        "plural": False,
        "noun": "guitar | acoustic guitar | electric guitar | travel guitar | bass guitar | parlor guitar",
        "part": """
neck | action | nut | bridge | finish | fretwork | pickup | tuning machine | top | truss rod | binding
""",
        "good": """
play{s} like one at three times the price | stay{s} in tune | project{s} well for its size
arrived set up and ready
balance{s} on the knee | sound{s} full and woody
""",
        "bad": """
came with a twisted neck | buzz{es} from the fifth fret up | arrived with sharp fret ends
go{es} out of tune in minutes
feel{s} like a toy | hum{s} through any amp
""",
        "fact": """
weigh{s} {4-10} pounds | {has} a {24-25}.5" scale | measure{s} {1-2} 11/16" at the nut
came with the action at {2-4} mm
use{s} a {12-16} inch radius | {has} {19-24} frets
""",
        "use": """
learning first chords | camping trips | recording rhythm tracks | jamming with friends
practicing on the road
""",
        "rival": """
my Japanese guitar from the seventies | a solid-top dreadnought | a friend's semi-hollow
the starter pack at the store
""",
        "tip": """
budget for a setup | file the nut slots | change the strings first | give the neck a quarter turn
""",
    },
    "ukulele": {
        "plural": False,
        "noun": "ukulele | uke | soprano ukulele | concert uke | tenor ukulele",
        "part": """
fretboard | sound hole | friction peg | saddle | gig bag | laminate | nut | tone | bridge | rosette
""",
        "good": """
sound{s} sweet and loud | hold{s} its tuning once the strings stretch | feel{s} light and lively
make{s} everybody smile
look{s} lovely in mahogany | chord{s} easily with small hands
""",
        "bad": """
won't stay in tune for a single song | {has} frets that cut your fingers | arrived with a lifted bridge
sound{s} like a cigar box
lost a peg in {2-6} days
""",
        "fact": """
measure{s} {15-17} inches of scale | take{s} about {4-10} days for the strings to settle
weigh{s} {12-24} ounces | {has} {12-19} frets
sit{s} {5-12} cents sharp at the fifth fret
""",
        "use": "sing-alongs | a classroom set | beach trips | learning from videos | strumming on the porch",
        "rival": "my solid koa tenor | the plastic one | a baritone | the painted ones | a banjo uke",
        "tip": """
stretch the strings for a week | lower the saddle | put better strings on it | tune it every day at first
""",
    },
    "drumsticks": {
        "plural": True,
        "noun": "drum sticks | drumsticks | brushes | 5A sticks | mallets | rods",
        "part": "taper | tip | balance | grain | lacquer | shoulder | weight | bounce | handle | rebound",
        "good": """
stand{s} up to rim shots | feel{s} balanced | bring{s} out the ride | match{es} in pitch and weight
sit{s} nicely in small hands
keep{s} the volume down
""",
        "bad": """
splinter{s} on the hi-hat | snapped in the first song | warp{s} in a cold van | feel{s} top heavy
shed{s} chips on the floor
lost a tip after {2-5} rehearsals
""",
        "fact": """
measure{s} {15-17} inches long | weigh{s} {45-65} grams each | last{s} {3-12} gigs
differ{s} by {1-4} grams within a pair
run{s} {0.5-0.7} inches thick
""",
        "use": """
jazz trios | practice pads | marching season | quiet church services | heavy backbeats | electronic kits
""",
        "rival": "hickory 7As | maple sticks | the nylon tips | rutes | the oak ones | bundled rods",
        "tip": "roll them on a table first | tape the grip | rotate the pairs | keep them out of the car",
    },
    "amplifier": {
        "plural": False,
        "noun": """
amp | practice amp | tube amp | bass amp | combo | modeling amp | acoustic amp | headphone amp
""",
        "part": """
speaker | clean channel | reverb | master volume | cabinet | headphone jack | power tube | effects loop
gain stage
""",
        "good": """
break{s} up beautifully at bedroom volume | keep{s} up with a drummer | weigh{s} next to nothing
take{s} pedals well
stay{s} clean to about noon | look{s} great in a small room
""",
        "bad": """
buzz{es} with nothing plugged in | blew a fuse within {2-8} weeks | sound{s} like wet cardboard
overheat{s} in an hour
rattle{s} at low E | cut{s} out without warning
""",
        "fact": """
put{s} out {5-60} watts | weigh{s} {9-48} pounds | break{s} up at about {4-7} on the dial
use{s} a {8-12}" speaker
idle{s} at {20-45} millivolts of bias | run{s} {4-10} hours on batteries
""",
        "use": """
late-night practice | small club dates | harmonica | street performing | rehearsing with a drummer
""",
        "rival": """
my old tweed | a hundred-watt half stack | the little orange one | a software plug-in
the solid-state version
""",
        "tip": """
swap the speaker | keep the treble under six | use an attenuator | let the tubes warm up
raise it off the floor
""",
    },
    "interface": {
        "plural": False,
        "noun": "interface | audio interface | USB interface | mixer | recorder | preamp | direct box",
        "part": """
preamp | driver | gain knob | headphone output | phantom power | meter | USB port | software | input
firmware
""",
        "good": """
work{s} on the first try | sound{s} clean and open | run{s} off the bus | hold{s} steady at low latency
feel{s} built like a tank
{has} plenty of headroom
""",
        "bad": """
crash{es} the computer | click{s} and pop{s} during playback | drop{s} the left channel
need{s} a driver that doesn't exist
died after {2-9} months | hiss{es} above half gain
""",
        "fact": """
record{s} at {44-96} kHz | give{s} {45-65} dB of gain | show{s} {3-12} ms of latency at {64-256} samples
draw{s} {300-490} mA from the port | feed{s} {8-48} volts to a condenser
""",
        "use": """
tracking vocals | recording a demo | streaming lessons | field recording | mixing on headphones
""",
        "rival": """
the built-in sound card | the eight-channel unit | my old FireWire box | the pocket recorder | the red one
""",
        "tip": """
update the driver before plugging in | skip the hub | set the buffer low for tracking
record below minus twelve
""",
    },
    "harmonica": {
        "plural": False,
        "noun": """
harmonica | harp | diatonic harp | blues harp | melodica | pitch pipe | kazoo | slide whistle
""",
        "part": """
reed plate | comb | cover | draw four | tuning | case | mouthpiece | low reed | overblow | note
""",
        "good": """
bend{s} with hardly any effort | sound{s} loud and brassy | seal{s} tight | respond{s} to a light breath
fit{s} in any pocket
stay{s} in tune through hard playing
""",
        "bad": """
leak{s} air like a sieve | stuck on the two draw | swell{s} in the mouth | taste{s} like old pennies
went flat in {2-6} weeks
pull{s} your whiskers
""",
        "fact": """
{has} {10-16} holes | sit{s} at A {440-444} | take{s} {3-9} hours to break in | weigh{s} {2-5} ounces
drop{s} {5-20} cents when you lean on it
""",
        "use": """
cross-harp blues | folk on a rack | campfire tunes | playing through a bullet mic | learning to bend
""",
        "rival": """
my wooden-comb harp | the chromatic | a ten dollar harp | a hand-tuned custom | the seven-key set
""",
        "tip": """
tap it out after playing | breathe, don't blow | start with the key of C | gap the reeds a hair
""",
    },
}
