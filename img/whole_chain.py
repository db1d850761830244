"""Draws the whole chain: from an upload to an endpoint that answers."""

from img.shapes import Picture


def draw() -> Picture:
    """S3, Lambda, Step Functions and SageMaker in a row, and the sentence that is answered."""
    p = Picture(
        name="whole_chain",
        title="One upload, and the rest happens by itself",
        subtitle="Each service starts the next one. Nobody has to wait, to look, or to click.",
        alt=(
            "You drop a zip file into an S3 bucket. S3's event runs a Lambda function, which starts a Step "
            "Functions execution. It runs SageMaker's processing job, then its training job, then creates "
            "an endpoint. An application sends a sentence to the endpoint and gets a label: helpful or not."
        ),
        lessons=(0, 7),
        height=560,
    )
    you = p.person(52, 130)
    p.text(69, 196, "you", anchor="middle", soft=True)
    bucket = p.store(156, 100, 160, 100, "S3", "the data set")
    starter = p.box(400, 104, 180, 92, "Lambda", "starts the", "execution", tone="function")
    machine = p.box(660, 104, 180, 92, "Step Functions", "runs state", "after state", tone="flow")
    p.arrow(you.right(), bucket.left())
    p.text(121, 132, "zip", anchor="middle")
    p.arrow(bucket.right(), starter.left())
    p.text(358, 136, "event", anchor="middle")
    p.arrow(starter.right(), machine.left())
    p.text(620, 136, "input", anchor="middle")

    p.lane(30, 248, 820, 150, "SageMaker", tone="learning")
    processing = p.box(52, 292, 196, 84, "Processing job", "reviews become", "labelled sentences", tone="learning")
    training = p.box(342, 292, 196, 84, "Training job", "BlazingText learns,", "a model is saved", tone="learning")
    endpoint = p.box(632, 292, 196, 84, "Endpoint", "the model,", "ready to answer", tone="learning")
    p.arrow(machine.bottom(0.3), (714, 222), (150, 222), processing.top(), tone="flow")
    p.arrow(machine.bottom(0.3), (714, 222), (440, 222), training.top(), tone="flow")
    p.arrow((750, machine.y + machine.h), (750, endpoint.y), tone="flow")
    p.arrow(processing.right(), training.left())
    p.arrow(training.right(), endpoint.left())
    application = p.box(52, 458, 196, 78, "Your application", "asks a question")
    sentence = p.page(342, 458, 196, 78, "A sentence", "“It stays in tune.”")
    answer = p.page(632, 458, 196, 78, "The answer", "`__label__1`: helpful")
    p.arrow(application.right(), sentence.left())
    p.arrow(sentence.top(), (440, 428), (690, 428), (690, endpoint.y + endpoint.h))
    p.arrow((770, endpoint.y + endpoint.h), (770, answer.y), tone="storage")
    return p
