"""A learner's own model: words counted, a logistic regression, and the functions by which it is served."""

import argparse
import json
import os
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(f"not {content_type}")
    return json.loads(body)["instances"]


def output_fn(prediction, accept):
    return json.dumps(list(prediction)), "application/json"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-features", type=int, default=int(os.environ.get("SM_HP_MAX_FEATURES", "1000")))
    settings = parser.parse_args()
    folder = Path(os.environ["SM_CHANNEL_TRAIN"])
    lines = [line for path in folder.iterdir() for line in path.read_text(encoding="utf-8").splitlines()]
    labels, texts = zip(*(line.split(" ", 1) for line in lines), strict=True)
    model = make_pipeline(CountVectorizer(max_features=settings.max_features), LogisticRegression(max_iter=200))
    model.fit(texts, labels)
    print(f"train_accuracy={model.score(texts, labels):.4f};")
    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")


if __name__ == "__main__":
    main()
