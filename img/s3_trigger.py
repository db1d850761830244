"""Draws what an upload to S3 sets off, and the loop to avoid."""

from img.shapes import Picture


def draw() -> Picture:
    """Upload, filter, function, outputs; below, the loop of a trigger without a suffix."""
    p = Picture(
        name="s3_trigger",
        title="An upload runs the function",
        subtitle="S3 reports the new object. The trigger’s filter decides whether the function hears of it.",
        alt=(
            "You upload data/reviews.json.zip to S3. The trigger lets PUT events through whose key starts "
            "with data/ and ends with .json.zip. The function runs and writes one object under train/ and "
            "one under test/. Their keys end with .txt, so they start nothing. Without the suffix, each "
            "output would run the function again: a loop."
        ),
        lessons=(3,),
        height=680,
    )
    you = p.person(58, 136)
    p.text(75, 200, "you upload", anchor="middle", soft=True)
    bucket = p.store(184, 100, 150, 112, "S3 bucket", "a new object")
    gate = p.box(392, 100, 190, 112, "Trigger", "event `PUT`", "prefix `data/`", "suffix `.json.zip`", tone="access")
    function = p.box(652, 100, 188, 112, "Lambda", "preprocesses", tone="function")
    p.arrow(you.right(), bucket.left())
    p.arrow(bucket.right(), gate.left())
    p.arrow(gate.right(), function.left(), tone="storage")
    train = p.page(490, 264, 160, 82, "Training set", "`data/train/`")
    test = p.page(680, 264, 160, 82, "Testing set", "`data/test/`")
    p.arrow(
        function.bottom(0.15),
        (function.bottom(0.15)[0], 238),
        (train.top()[0], 238),
        train.top(),
        tone="storage",
    )
    p.arrow((760, function.y + function.h), (760, test.y), tone="storage")
    p.note(
        30,
        274,
        "An event carries bucket and key,\nnot the data. The function fetches\nthe object itself.",
        tone="storage",
    )

    p.lane(30, 374, 820, 136, "What this filter lets through")
    p.text(46, 428, "`data/reviews_Patio.json.zip`")
    p.text(430, 428, "runs the function")
    p.text(46, 458, "`data/train/reviews_Patio_train.txt`")
    p.text(430, 458, "starts nothing: another suffix")
    p.text(46, 488, "the zip, from 8 MiB, by `upload_file`")
    p.text(430, 488, "starts nothing: sent in parts, so not `PUT`")

    p.lane(30, 530, 820, 130, "The wrong way: a trigger that matches the function’s own output", tone="wrong")
    again = p.box(46, 580, 150, 62, "Lambda", tone="function")
    output = p.page(292, 580, 150, 62, "its output")
    p.arrow(again.right(0.28), output.left(0.28), tone="wrong")
    p.arrow(output.left(0.75), again.right(0.75), tone="wrong")
    p.text(244, 588, "writes", anchor="middle")
    p.text(244, 645, "runs", anchor="middle")
    p.text(466, 604, "Each output is a new event: a loop")
    p.text(466, 626, "that costs money until it is stopped.")
    return p
