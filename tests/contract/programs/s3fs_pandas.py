"""s3fs, and pandas through it: tables written to a bucket and read back, by the address in the environment alone."""

import boto3
import pandas as pd
import s3fs
from world import bucket, passed


def main() -> None:
    own = bucket()
    files = s3fs.S3FileSystem(anon=False)
    with files.open(f"{own}/folder/a.txt", "w") as file:
        file.write("one\ntwo\n")
    assert files.ls(f"{own}/folder") == [f"{own}/folder/a.txt"]
    assert files.cat(f"{own}/folder/a.txt") == b"one\ntwo\n"
    assert files.info(f"{own}/folder/a.txt")["size"] == 8
    files.cp(f"{own}/folder/a.txt", f"{own}/folder/b.txt")
    assert files.glob(f"{own}/folder/*.txt") == [f"{own}/folder/a.txt", f"{own}/folder/b.txt"]
    with files.open(f"{own}/large.bin", "wb") as file:  # more than one part
        for _ in range(3):
            file.write(bytes(6 * 1024 * 1024))
    with files.open(f"{own}/large.bin", "rb") as file:
        file.seek(-5, 2)
        assert file.read() == bytes(5)
    passed("s3fs")

    table = pd.DataFrame({"label": ["__label__1", "__label__2"], "n": [1, 2]})
    table.to_csv(f"s3://{own}/table.csv", index=False)
    assert pd.read_csv(f"s3://{own}/table.csv").equals(table)
    table.to_json(f"s3://{own}/table.jsonl", orient="records", lines=True)
    assert list(pd.read_json(f"s3://{own}/table.jsonl", lines=True)["n"]) == [1, 2]
    passed("pandas")

    files.rm(f"{own}/folder", recursive=True)
    assert not files.exists(f"{own}/folder/a.txt")
    kept = boto3.client("s3").list_objects_v2(Bucket=own)["Contents"]
    assert {each["Key"] for each in kept} == {"large.bin", "table.csv", "table.jsonl"}
    passed("s3fs.rm")


if __name__ == "__main__":
    main()
