"""Settings out of folders of secrets and secrets managers: what goes first, what is refused."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from hallofshame import settings
from hallofshame.cli.checks import Check, examine
from hallofshame.domain.errors import SettingsError
from hallofshame.domain.redaction import redact
from hallofshame.installation import Installation

PASSWORD = "correct-horse-battery"  # noqa: S105 - of nothing
URL = f"mysql+pymysql://hallofshame:{PASSWORD}@db.example.org/hallofshame"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith((settings.PREFIX, "CREDENTIALS_DIRECTORY"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets that the settings name."""
    made = tmp_path / "secrets"
    made.mkdir()
    monkeypatch.setenv("HALLOFSHAME_SECRETS_FOLDER", str(made))
    return made


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Amazon's services in memory."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


def refused() -> str:
    with pytest.raises(SettingsError) as raised:
        settings.load()
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_file_of_the_folder_is_a_setting_in_either_case(folder: Path) -> None:
    (folder / "HALLOFSHAME_DATABASE_URL").write_text(f"{URL}\n")
    (folder / "hallofshame_tries").write_text("7")
    (folder / "hallofshame_holder").write_text("\n")
    (folder / "another-service").write_bytes(b"\xff\xfe")
    found = settings.load()
    assert (found.database, found.tries, found.holder) == (URL, 7, "")


def test_arguments_environment_and_env_file_go_before_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("port", "host", "tries", "workers"):
        (folder / f"HALLOFSHAME_{name.upper()}").write_text("3")
    Path(".env").write_text("HALLOFSHAME_TRIES=5\n")
    monkeypatch.setenv("HALLOFSHAME_PORT", "2222")
    found = settings.load(host="10.0.0.3")
    assert (found.host, found.port, found.tries, found.workers) == ("10.0.0.3", 2222, 5, 3)


def test_the_folder_may_be_named_in_the_env_file_and_be_several(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "HALLOFSHAME_HOLDER").write_text(name)
    Path(".env").write_text(f"HALLOFSHAME_SECRETS_FOLDER={tmp_path / 'a'}, {tmp_path / 'b'}\n")
    assert settings.load().holder == "b"


def test_the_credentials_of_a_systemd_unit_are_read_without_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "HALLOFSHAME_HOLDER").write_text("unit")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert settings.load().holder == "unit"


def test_a_secret_of_a_folder_is_masked_from_then_on(folder: Path) -> None:
    (folder / "HALLOFSHAME_DATABASE_URL").write_text(URL)
    (folder / "HALLOFSHAME_THEMEPARKS_WIKI_KEY").write_text("key-of-a-folder")
    found = settings.load()
    assert PASSWORD not in repr(found)
    assert redact(f"refused {PASSWORD} and key-of-a-folder") == "refused *** and ***"


def test_an_unusable_secret_is_named_and_not_repeated(folder: Path) -> None:
    (folder / "HALLOFSHAME_ALERT_URLS").write_text(PASSWORD)
    assert refused().startswith("HALLOFSHAME_ALERT_URLS is unusable; give addresses")


def test_what_is_no_usable_folder_or_file_is_named_with_the_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = folder / "HALLOFSHAME_HOLDER"
    file.write_bytes(b"\xff")
    assert refused() == f"{file} is not UTF-8 text; write the value of the setting into it"
    file.write_text("x" * 65537)
    assert refused() == f"{file} has 65537 bytes; a setting has 65536 at most"
    file.unlink()
    (tmp_path / "elsewhere").write_text("stolen")
    file.symlink_to(tmp_path / "elsewhere")
    assert refused() == f"{file} is a link that leads out of {folder}; put the file itself there"
    file.unlink()
    file.mkdir()
    assert "is no file" in refused()
    monkeypatch.setenv("HALLOFSHAME_SECRETS_FOLDER", str(tmp_path / "missing"))
    assert f"no folder {tmp_path / 'missing'}" in refused()
    monkeypatch.setenv("HALLOFSHAME_SECRETS_FOLDER", str(tmp_path / "elsewhere"))
    assert "is no folder" in refused()


def test_links_inside_the_folder_are_followed_as_kubernetes_makes_them(folder: Path) -> None:
    (folder / "..2026").mkdir()
    (folder / "..2026" / "HALLOFSHAME_HOLDER").write_text("pod")
    (folder / "..data").symlink_to("..2026")
    (folder / "HALLOFSHAME_HOLDER").symlink_to("..data/HALLOFSHAME_HOLDER")
    assert settings.load().holder == "pod"


def test_a_misspelt_file_is_found(folder: Path) -> None:
    (folder / "hallofshame_databse_url").write_text("x")
    [sentence] = settings.misspelt(settings.given_names())
    assert sentence == "HALLOFSHAME_DATABSE_URL is no setting; did you mean HALLOFSHAME_DATABASE_URL?"


def test_a_secret_at_amazon_is_read_behind_the_folder(
    aws: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"HALLOFSHAME_DATABASE_URL": URL, "hallofshame_holder": "manager", "HALLOFSHAME_PORT": 8123}
    boto3.client("secretsmanager").create_secret(Name="parks", SecretString=json.dumps(values))
    monkeypatch.setenv("HALLOFSHAME_SECRETS_MANAGER", "aws:parks")
    (folder / "HALLOFSHAME_HOLDER").write_text("folder")
    found = settings.load()
    assert (found.database, found.holder, found.port) == (URL, "folder", 8123)
    assert redact(PASSWORD) == "***"


def test_parameters_at_amazon_are_read_below_a_path(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("ssm")
    client.put_parameter(Name="/parks/HALLOFSHAME_HOLDER", Value="ssm", Type="SecureString")
    client.put_parameter(Name="/other/HALLOFSHAME_PORT", Value="1", Type="SecureString")
    monkeypatch.setenv("HALLOFSHAME_SECRETS_MANAGER", "aws-parameters:/parks")
    found = settings.load()
    assert (found.holder, found.port) == ("ssm", 8000)


def test_a_secret_that_is_missing_or_no_json_is_one_line_without_its_value(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_SECRETS_MANAGER", "aws:parks")
    assert "the secrets manager aws:parks cannot be read" in refused()
    boto3.client("secretsmanager").create_secret(Name="parks", SecretString=PASSWORD)
    said = refused()
    assert "no JSON object" in said
    assert PASSWORD not in said


def test_names_of_a_key_vault_have_dashes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def __init__(self, vault_url: str, credential: object) -> None:
            assert vault_url == "https://parks.vault.azure.net"

        def list_properties_of_secrets(self) -> list[SimpleNamespace]:
            return [SimpleNamespace(name="hallofshame-database-url", enabled=True)]

        def get_secret(self, name: str) -> SimpleNamespace:
            assert name == "hallofshame-database-url"
            return SimpleNamespace(value=URL)

    modules = {
        "azure": {},
        "azure.core": {},
        "azure.core.credentials": {"TokenCredential": object},
        "azure.core.exceptions": {"AzureError": OSError, "ResourceNotFoundError": OSError},
        "azure.identity": {"DefaultAzureCredential": object},
        "azure.keyvault": {},
        "azure.keyvault.secrets": {"SecretClient": Client},
    }
    for name, members in modules.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("HALLOFSHAME_SECRETS_MANAGER", "azure:https://parks.vault.azure.net")
    assert settings.load().database == URL


@pytest.mark.parametrize(
    ("manager", "extra"), [("azure:https://p.vault.azure.net", "azure"), ("gcp:p", "gcp")]
)
def test_a_manager_whose_package_is_missing_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, manager: str, extra: str
) -> None:
    for name in ("azure", "azure.core.exceptions", "google.api_core", "google.api_core.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv("HALLOFSHAME_SECRETS_MANAGER", manager)
    assert refused().endswith(f"pip install 'hallofshame[{extra}]'")


@pytest.mark.parametrize("value", ["aws", "aws:", "vault:x", "aws-parameters:x", "azure:http://x", "gcp:"])
def test_a_setting_that_names_no_manager_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HALLOFSHAME_SECRETS_MANAGER", value)
    assert refused().startswith(f"HALLOFSHAME_SECRETS_MANAGER is {value!r}; give `aws:NAME`")


def test_doctor_names_a_secret_that_others_can_read(folder: Path, tmp_path: Path) -> None:
    file = folder / "HALLOFSHAME_HOLDER"
    file.write_text("x")
    file.chmod(0o644)
    folder.chmod(0o755)
    with Installation(settings.load(data=tmp_path / "data")) as installation:
        installation.make_ready(migrate=True)
    said = [check.text for check in examine_in(tmp_path / "data")]
    assert f"files: {file} is a secret and open to other users of this machine; run: chmod 600 {file}" in said
    folder.chmod(0o700)
    assert not any("is a secret" in check.text for check in examine_in(tmp_path / "data"))


def examine_in(data: Path) -> list[Check]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALLOFSHAME_DATA", str(data))
        return list(examine())
