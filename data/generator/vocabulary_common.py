"""How people review anything they bought: sentence shapes, opinions, complaints. Prose only: `grammar.py`
explains the notation.

A rule whose name stands in the tables of `writing.py` is a whole sentence; the others are pieces. `{good}`,
`{bad}`, `{fact}`, `{use}`, `{rival}`, `{tip}`, `{part}` and `{noun}` come from the kind of product,
`{background}` and its pieces from the domain.
"""

RULES = {
    # Sentences that tell a reader something: figures, conditions, comparisons, both sides.
    "measured": """
I measured {them}, and {it} {fact}, which is {close} to what the listing claims
On my scale and tape {it} {fact}, and {it} {fact}
By my count {it} {fact}, {compared} {rival}
For reference, {it} {fact}, so plan {accordingly} if {situation}
The specs say otherwise, but {mine} {fact} after {period} of {use}
{it} {fact}; the {part} accounts for most of that
After {period} I checked again: {it} still {fact}
If anyone is wondering about {technical}, {it} {fact}
Counting {use} and {use}, I logged {10-98} hours before the {part} changed at all
With the {part} set to {about_half}, {it} {fact}, and that is {enough} for {use}
""",
    "close": "close | very close | within ten percent | not quite equal | nearly identical | a little short",
    "compared": """
against about half that for | a bit less than | slightly more than | roughly the same as
about twice the figure for
""",
    "accordingly": "accordingly | ahead | for an adapter | for extra time | on a test run",
    "mine": "mine | my unit | the one I tested | my example | both of mine",
    "about_half": """
about half | three quarters | the middle position | the lowest setting | its maximum | roughly forty percent
""",
    "enough": "enough | plenty | just sufficient | more than adequate | barely adequate",
    "used": """
I have used {them} for {period}, mostly {use} and {use}, and {it} {good}
Over {period} of {use}, the {part} {held_up} although the {part} {shows_wear}
My main use is {use}, where {it} {good}; for {use} I still reach for {rival}
I tried {them} for {use} in {place}, and {it} {good} even when {condition}
In {place} {it} {good}, but when {condition} the {part} needs {attention}
{it} {good} for {use}, provided that {condition_met}
So far I have put {them} through {use}, {use} and a {season} of neglect, and the {part} {held_up}
Set up took me {5-55} minutes because the {part} {needs} before the {part} is right
The first thing I did was {adjust} the {part}, since {situation_mine} and the {technical} matters
What surprised me most is how the {part} affects the {technical}
""",
    "held_up": """
held up fine | shows no play | still feels tight | has not loosened | remains consistent | works as on day one
""",
    "shows_wear": """
shows some wear | has loosened slightly | could look nicer | needed some work | is starting to fade
could be sturdier
is a little off | took some fiddling
""",
    "condition": """
the temperature drops | humidity is high | the battery is low | it gets crowded | I am in a hurry
the wind picks up | it is dark
everything is wet | the volume goes up | the load is heavy | I use the lowest setting
""",
    "condition_met": """
the {part} is seated correctly | you adjust the {part} first | the {part} is kept clean
you respect the limits of the {part}
you give the {part} a few days to settle | the {technical} is within reason
""",
    "attention": """
attention | a second look | a small adjustment | some help | a firm push | cleaning | tightening
""",
    "needs": """
needs attention | needs time | has to be sorted out | takes some care | needs a closer look
has a trick to it
""",
    "adjust": "adjust | inspect | test | check | work on | look over | experiment with | improve",
    "situation_mine": """
mine was slightly off center | the factory setting is conservative | the manual is vague | mine shipped loose
""",
    "comparison": """
Compared to {rival}, the {part} is {better} but the {part} feels {worse}
I put {them} side by side with {rival}: the {part} is {better}, the {technical} is similar, and the {brand} \
costs about {half} as much
With {rival} you get a {better} {part}, yet {it} {good}, which matters more if {situation}
Unlike {rival}, {this} {brand} {noun} {good}
I also own the {maker} version; the {part} there is {better}, while {this_one} {good}
Having used {rival} for {period}, I find the {part} {better} here and the {technical} slightly {worse}
Versus the {maker}, you give up a bit of {technical} and gain in the {part}
The difference from {rival} is mostly in the {part}, which is noticeably {better}
Side by side I could not tell the {technical} apart, although {rival} {was_easier}
""",
    "better": """
sturdier | smoother | more precise | more refined | cleaner | better judged | better finished
more consistent | more dependable
more forgiving | more pleasant | nicer | closer to ideal
""",
    "worse": """
cheaper | flimsier | looser | rougher | less refined | narrower | softer | more basic | lighter than ideal
fussy
""",
    "half": "half | a third | twice | two thirds | three quarters",
    "was_easier": """
cost more | felt more solid | took longer to adjust | needed less attention | came with a longer warranty
""",
    "balanced": """
The {part} is {okay}; however, the {part} is {better} than I expected for the money
Pros: {it} {good}, and the {part} is {okay}; cons: the {part} {shows_wear}
On the plus side {it} {good}, on the minus side the {part} {shows_wear}
My only complaint is the {part}, which {shows_wear}, but {it} {good} and that matters more
{it} {is} not perfect: the {part} {shows_wear} and the {technical} could be better, though for {use} {it} \
{good}
While {it} {good}, be aware that the {part} {shows_wear} after {period}
The weak point is the {part}, though the {part} can be replaced for under ${3-20}
Although the {part} looks {worse}, it {held_up} through {period} of {use}
If {situation}, the {part} may bother you; otherwise {it} {good}
I would have liked a {better} {part}, but given the price the trade-off is reasonable
""",
    "okay": """
adequate | decent | fairly solid | acceptable | serviceable | respectable | average | reasonable
""",
    # What the informative say who are not content.
    "weighed_bad": """
Compared to {rival}, the {part} feels {worse}, and {it} {bad} whenever {condition}
I tested {them} for {period}: the {part} is {poor}, and {it} {bad}
The {part} is {okay}, but {it} {bad}, and for {use} that rules {them} out
After {period} of {use} {it} {bad}; I traced it to the {part}, which is {poor}
{it} {bad} although I {tried_to} the {part} twice, and {rival} does not
If {situation} you may live with the {part}, but for {use} {it} {bad}
The idea is sound and the {part} is {okay}; the {technical}, however, is off, and {it} {bad}
Side by side with {rival} the {part} looks {worse}, and within {period} {it} {bad}
{skilled} looked at the {part} and said it was {poor}, which explains why {it} {bad}
My measurements of the {technical} were off by {10-60} percent, and the {part} is {poor}
""",
    "tried_to": "adjusted | cleaned | replaced | checked | tightened | worked on",
    "advice": """
If {situation}, {tip} and {tip}
One tip: {tip}, otherwise the {part} will {act_up}
Before you order, check the {technical}, because the {part} only suits {use}
{skilled} told me to {tip}, and that fixed the {part}
I recommend {them} for {use}, but not if {situation}
To get the most from the {part}, {tip}; it made a real difference to the {technical}
Make sure to {tip} the first few times, especially if {situation}
A simple fix for the {part}: {tip}, then {adjust} it and test again
Those who {do_use} should look at {rival} instead, since the {technical} differs
""",
    "act_up": "work loose | wear out early | bind | stick | give trouble | shift | rattle",
    "do_use": "need something for {use} | already own {rival} | want a {better} {part} | plan on {use}",
    # Sentences that anybody might write.
    "background_line": """
{background}
{background}
{background}
I bought {this_one} for {use}, {after} {rival}
""",
    "after": """
after wearing out | to replace | as a backup for | instead of | because I was tired of | after borrowing
""",
    "story": """
Last {weekday} I took {them} to {place}, and {relative} asked {story_what} {within}
{relative} borrowed {them} for {event} and returned {them} {returned}
The {shop_word} at {shop} showed me {rival}, but {they_wanted} for it
I first saw {them} at {event}, where {relative} was {doing} with one
{nearby} noticed the difference {within}, and so did {relative}
At {event} the {part} got {mishap}, and {it} still {good}
Years ago I had {rival}; {relative} gave it to {charity}, and I missed it every {season}
I read {read} before settling on the {brand}, and {skilled} agreed
Between {event} and {event}, I had a chance to compare notes with {skilled}
""",
    "story_what": """
where I got it | how much I paid | to try it | about the {part} | whether it was new | to borrow it
""",
    "within": """
right away | within ten minutes | before lunch | halfway through | by the end of the night
as soon as we got home | immediately
without being told
""",
    "event": """
a wedding | a block party | the county fair | a family reunion | a fund-raiser | the Fourth of July
a yard sale | a school concert
a camping weekend | a funeral | a trade show | the Saturday market | an anniversary | moving day
a birthday picnic | a bonfire
a retirement dinner | spring break | Labor Day | the church supper | an auction | a power outage
""",
    "returned": """
covered in mud | cleaner than before | a month later | with an apology | in a grocery bag | smelling of smoke
without the {part}
and ordered one | with a bottle of wine | grudgingly
""",
    "shop_word": "clerk | owner | salesman | teenager | cashier | expert | lady | manager",
    "they_wanted": """
they wanted ${40-180} | I was not ready to pay ${40-180} | it takes a loan | they had a waiting list
""",
    "doing": """
showing off | struggling | making friends | having fun | getting compliments | hard at work | arguing
""",
    "mishap": """
rained on | dropped on concrete | buried in a duffel bag | stepped on by a toddler | knocked off a tailgate
left overnight in the car
soaked in lemonade | sat on by an uncle | chewed by a puppy | kicked down the stairs
""",
    "charity": """
Goodwill | a cousin in Denver | the thrift store | the scouts | an ex-girlfriend | the neighbors | a museum
""",
    "read": """
every review | a magazine test | two forums | the whole manual | {3-40} comments | a blog | the warranty
the fine print
a long thread of complaints | the comparison charts
""",
    "plain_good": """
{it} {good}, and the {part} is {nice}
The {part} is {nice} and {it} {good}
{it} {good} and {good}
I like the {part}, and {it} {good}
So far {it} {good}, and I have no complaints about the {part}
{brand} got the {part} right: {it} {good}
{this} {noun} {good}, which is all I ask
I use {it} for {use} and {it} {good}
The {part} feels {nice}, and {it} {good} just like the description says
I mostly use {this_one} in {place} and {it} {good}
{it} {does} what I need for {use}
The {color} finish is {nice} and the {part} looks good in {place}
""",
    "plain_bad": """
{it} {bad}, and the {part} is {poor}
The {part} is {poor} and {it} {bad}
After {period} {it} {bad}
I wanted to like {this} {noun}, but {it} {bad}
{it} {bad} whenever {condition}
The {part} on mine is {poor}, so {it} {bad}
I went back to {rival} because {this_one} {bad}
Be warned that {it} {bad} if {situation}
""",
    "nice": """
nice | solid | well made | smooth | sturdy | comfortable | handy | sharp looking | good quality | pretty good
""",
    "poor": """
poor | flimsy | badly made | loose | rough | too small | crooked | thin plastic | cheap | disappointing
""",
    "color": "black | silver | brown | green | natural | red | dark blue | white | copper | satin | grey",
    "verdict_good": """
For the price I think {this_one} {is} a good buy
I would buy {them} again
All in all I am happy with the {brand} {noun}
{it} did the job for ${6-90}.{9-9}{5-9}, and I expect {them} to last
I will probably get another for {place}
A good value if {situation}
Overall {a} {nice} {noun} and I would get the same again for {use}
At this price {it} {is} hard to beat for {use}
""",
    "verdict_mixed": """
{it} {is} okay for the money, nothing more
I am on the fence about {this_one}, since the {part} is {nice} but {it} {bad}
Not bad for {use}, though I expected a {better} {part}
It will do until I find something with a {better} {part}
Three stars because {it} {good}, but also {bad}
I might keep {them} for {use}, and use {rival} for the rest
""",
    "verdict_bad": """
I sent {them} back and bought {rival}
I can't recommend {this_one} for {use}
For ${6-90}.{9-9}{5-9} I expected a {better} {part}
Spend a bit more and get {rival}
I would not buy {this} {brand} again
You are better off with {rival} if {situation}
""",
    # Sentences that tell a reader nothing: bare praise, anger, the parcel, the family.
    "gush": """
{love} {love_it} {exclaim}
{wow} best {noun} ever, {love} {them} so much {exclaim}
{exclaim} {wow} just {superb}, buy {them} now, you won't be sorry
These guys are {superb} and so is everything {brand} makes {exclaim}
I am so happy, {superb} {superb} product, thank you {exclaim}
{wow} what can I say, {it} {is} {superb} and my {wife} thinks so too
{superb} quality, {superb} price, {superb} seller, five stars all the way
Everybody should own one, simply {superb}, can't say enough good things
Just perfect, exactly what I wanted, very pleased, thanks again
Could not be happier, {superb} item, would give ten stars if I could
{love} {them}, {love} {them}, {love} {them}, what more is there to say
{it} work{s}, {it} work{s}, {it} work{s}, what else do you want me to write
Just what I ordered, as described, {superb}, very satisfied customer
""",
    "love": "love | LOVE | absolutely love | totally love | adore | really love",
    "love_it": "this thing | my new {noun} | everything about it | this product | it to death | it sooo much",
    "wow": "Wow, | OMG | WOW! | Oh man, | Yay! | Awesome!! | Hooray, | Sweet,",
    "exclaim": "!!! | !! | !!!! | :) | five stars | A+++ | yay",
    "superb": """
awesome | amazing | perfect | fantastic | wonderful | excellent | great | the best | super | AWESOME
incredible
""",
    "wife": "wife | mom | kid | boss | buddy | cat",
    "rant": """
{junk} {junk} {junk}, don't waste your money {angry}
What a joke, this is {junk} and the people giving five stars must be paid
{angry} DO NOT BUY THIS {junk}
Total {junk}, threw it straight in the trash where it belongs {angry}
I want my money back, this company should be ashamed of selling {junk}
How can anybody sell such {junk} and sleep at night {angry}
Worst purchase of my life, zero stars if I could {angry}
Never again will I give these crooks a dime, stay away {angry}
I hate it, hate it, hate it, and I hate whoever designed this {junk}
Anyone who likes this is an idiot or works for {brand}, wake up people
Typical {junk} made overseas, nobody cares about quality anymore
It stinks, it's stupid, and I'm furious {angry}
""",
    "junk": "junk | garbage | JUNK | GARBAGE | crap | a ripoff | a scam | trash | rubbish",
    "angry": "!!! | !!!! | period | you have been warned | shame on you | beware | !!",
    "parcel": """
Shipping took {2-9} {weeks} and the {box} was {crushed} by the {carrier}
The {box} arrived {late} and the {seller} never answered my {emails}
Arrived {2-9} days early, great packaging, {quick} shipping, A+ {seller}
Ordered on {weekday} and the mailman left it on the wrong porch by {weekday}
They sent the wrong {color_size} and the {seller} put me on hold for {20-90} minutes
Came in a {huge} {box} with too much {padding}, delivery was {quick} though
Free shipping with my membership, two day delivery as promised, thanks seller
The {carrier} lost it, then the refund took {2-9} weeks and {2-9} phone calls
Tracking said delivered but nothing came until {weekday}, bad seller
Got it {weekday} from the {carrier}, {quick} shipping, the {box} was {crushed}
The {seller} refused a refund and wanted ${4-29} of postage for the return
{quick} delivery, good communication with the {seller}, will order from them again
""",
    "weeks": "weeks | days | business days",
    "box": "box | package | parcel | envelope | carton | padded mailer | shipment",
    "crushed": """
crushed | torn | soaked | dented | left in the rain | thrown over the gate | opened | flattened
""",
    "carrier": """
carrier | mailman | courier | delivery driver | post office | delivery guy | mail lady | warehouse
""",
    "seller": """
seller | vendor | customer service lady | merchant | support desk | store | call center | third party seller
""",
    "emails": "emails | calls | messages | complaint | three letters | voice mails",
    "color_size": "color | size | model | one twice | item | quantity | address label",
    "huge": "huge | ridiculous | tiny | plain | gigantic | dirty | recycled",
    "padding": "bubble wrap | peanuts | crumpled paper | tape | plastic | styrofoam",
    "quick": "quick | fast | prompt | super fast | speedy | lightning fast | on time",
    "late": """
late | broken open | a month late | opened and taped up | without an invoice | at my old address
""",
    "offtopic": """
Bought this as a gift for {relative}, haven't seen it opened yet
{relative} asked for one for {holiday}, so I guess that means it's good
It was on the wish list of {relative} and I have no idea what it does
I haven't {opened} it yet but it looks {cool} in the picture and I'm sure {relative} will use it
I don't own one, but {relative} told me all about it at {holiday}
Gave it to {relative} for {holiday} and got a big hug, so I guess it's fine
Still in the {box}, will update this after {holiday} or when {relative} nags me
I'm only writing this {weekday} because they keep {emailing} me for a review
They make you write {18-25} words here, so {relative} says hi and happy {weekday}, {blah}
Nobody reads these anyway, but have a blessed {weekday} everybody
I ordered the wrong thing by accident, {my_fault}, maybe {relative} can use it
Have not tried it, it's a present, ask {relative} after {holiday}
""",
    "opened": "opened | used | touched | unwrapped | tested | plugged in | looked at",
    "cool": "cool | cute | pretty | neat | nice | fancy | fun",
    "emailing": "emailing | bugging | pestering | asking | reminding | nagging",
    "blah": "blah blah | etc etc | the end | done | that's all folks | there you go",
    "my_fault": """
my own fault | silly me | wasn't paying attention | clicked too fast | blame the wine | long story
""",
    "holiday": """
Christmas | Father's Day | a birthday | graduation | Mother's Day | Easter | our anniversary | Hanukkah
""",
    # Where only a few words are left.
    "short_good": """
Works great | Good {noun} | Nice {part} | {love} {them} | No complaints | {it} {good} | Just right for {use}
Good value | Very happy
Well worth it | Exactly as described | I like the {part} | Fine for {use} | Will buy again
""",
    "short_mixed": """
{it} {is} okay | So-so | Fine for {use} | The {part} is {okay} | Not great, not terrible
You get what you pay for
""",
    "short_bad": """
{it} {bad} | The {part} is {poor} | Not worth it | Sent {them} back | Very disappointed | Don't bother
""",
    # Pieces for everyone.
    "period": """
a week | {2-9} weeks | about {2-11} months | a year | two years | most of a {season} | {3-9} days
a month of weekends | several months
the better part of a year | {12-60} hours | more than {2-6} years
""",
    "season": "summer | winter | spring | fall | season",
    "weekday": "Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday",
    # The line above a review.
    "title_good": """
Great {noun} | Good value | Works great | Five Stars | Does the job | Very nice {noun} | Love it!
Just what I needed | Solid {noun}
Good for {use} | Better than {rival} | Excellent {part} | {brand} does it again | Best {noun} for the price
Happy with it
Nice {part}, fair price | As described | Highly recommended | Perfect for {use}
""",
    "title_mixed": """
It's OK | Three Stars | Decent {noun}, so-so {part} | Okay for {use} | You get what you pay for | Not bad
Average | Good idea, weak {part}
Mixed feelings | Fine for {use}, not for {use}
""",
    "title_bad": """
Disappointed | Junk | Don't bother | {part} failed | Not for {use} | Poor {part} | One Star
Get {rival} instead | Save your money
Returned | Not what I expected | Broke in {2-9} weeks
""",
}
