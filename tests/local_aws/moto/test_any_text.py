"""What moto has taken and no XML can hold: an answer that tells it can be read all the same."""

from __future__ import annotations

from tests.unchecked import client


def test_a_name_with_a_control_character_breaks_no_list(aws):
    sns = client("sns", aws.endpoint_url)
    sns.create_platform_application(Name="bro\x00ken\uffff", Platform="GCM", Attributes={"PlatformCredential": "x"})
    (found,) = sns.list_platform_applications()["PlatformApplications"]
    assert found["PlatformApplicationArn"].endswith("/bro?ken???")
