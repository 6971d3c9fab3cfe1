"""Pictures: cards, badges and icons show the API's figures, in colours of the one token file."""

from __future__ import annotations

import datetime as dt
import io
import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageChops

from hallofshame.clock import FixedClock
from hallofshame.domain.bands import BANDS, band_of, band_of_loss
from hallofshame.metrics.scores import down_percent
from hallofshame.web.images import badges, cards
from hallofshame.web.images.lettering import Lettering
from hallofshame.web.images.schemes import SCHEMES
from hallofshame.web.page_registry import PAGES
from hallofshame.web.tokens import tokens
from web.conftest import RAPTOR, Api

SVG = "{http://www.w3.org/2000/svg}"


def opened(client: FlaskClient, path: str) -> Image.Image:
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert response.mimetype == "image/png"
    assert response.headers["ETag"]
    assert "max-age=" in response.headers["Cache-Control"]
    image = Image.open(io.BytesIO(response.data))
    image.load()
    return image.convert("RGB")


def near(one: tuple[int, ...], colour: str) -> bool:
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return all(abs(a - b) <= 12 for a, b in zip(one, wanted, strict=True))


def colour_at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def test_a_park_card_stands_on_the_colour_of_its_band(client: FlaskClient) -> None:
    image = opened(client, "/cards/parks/gardaland.png")
    assert image.size == (cards.WIDTH, cards.HEIGHT)
    assert near(colour_at(image, 4, 300), tokens().colour("gold"))
    assert near(colour_at(image, 600, 40), tokens().colour("poster-5"))
    calm = opened(client, "/cards/parks/gardaland.png?period=yesterday")
    assert near(colour_at(calm, 600, 40), tokens().colour("poster-1"))
    assert ImageChops.difference(image, calm).getbbox() is not None


@pytest.mark.parametrize(
    "path",
    [
        "/cards/parks/silent-park.png",
        "/cards/parks/gardaland.png?period=live",
        "/cards/parks/closed-park.png?period=live",
        f"/cards/rides/{RAPTOR}.png",
        f"/cards/rides/{RAPTOR}.png?period=live",
        "/cards/rides/14.png",
        "/cards/awards/2026.png",
        "/cards/rankings.png?period=7days&operator=Merlin",
        *(f"/cards/{page.name}.png" for page in PAGES),
    ],
)
def test_every_card_is_a_picture_of_its_size(client: FlaskClient, path: str) -> None:
    assert opened(client, path).size == (1200, 630)


def test_cards_of_nothing_are_refused(client: FlaskClient) -> None:
    for path in ("/cards/parks/nowhere.png", "/cards/rides/999.png", "/cards/nothing.png"):
        assert client.get(path).status_code == 404
    assert client.get("/cards/parks/gardaland.png?period=fortnight").status_code == 400


def test_a_card_is_drawn_once_and_known_by_its_tag(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/cards/parks/gardaland.png")

    def refuse(*_anything: object) -> bytes:
        raise AssertionError("drawn twice")

    monkeypatch.setattr("hallofshame.web.pages.card_pages.draw", refuse)
    again = client.get("/cards/parks/gardaland.png", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "Ratatouille : L’Aventure Totalement Toquée de Rémy",
        "Żółw Łódź Größe",
        "東京ディズニーランド",
        "W" * 200,
        "",
    ],
)
def test_any_name_fits_its_card(name: str) -> None:
    verdict = cards.Verdict("2.08", "of 10", 5, "Hall of Shame")
    drawn = cards.draw(cards.Card(name, "Shame score", "Today", verdict), tokens(), Lettering())
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    ground = tokens().colour("poster-5")
    # The sun begins right of 980; a title that ran over would leave the ground's colour between.
    assert all(near(colour_at(image, x, 120), ground) for x in range(920, 980, 4))


def test_what_no_font_can_draw_is_spelled_or_left_away() -> None:
    plain = Lettering()
    assert plain.drawable("Parc Astérix – Łódź") == "Parc Asterix - Lodz"
    assert plain.drawable("東京 Sea") == "Sea"


def test_text_is_broken_and_cut_to_its_width() -> None:
    lines, size = Lettering().fitted("one two three four five six seven", 120, (30, 20), 2)
    assert (len(lines), size) == (2, 20)
    assert all(Lettering().width(line, 20) <= 120 for line in lines)
    assert lines[-1].endswith("...") or lines[-1].endswith("…")


def test_every_scheme_is_of_tokens_that_exist() -> None:
    for scheme in SCHEMES.values():
        for name in (scheme.sky, scheme.far, scheme.near, scheme.disc, scheme.wheel, scheme.ink):
            tokens().colour(name)


def badge_text(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    root = ET.fromstring(response.text)  # noqa: S314
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text is not None
    shown = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert all(word in title.text for word in shown.split())
    return title.text


def test_a_park_badge_says_the_score_of_the_list(client: FlaskClient, api: Api) -> None:
    score = api.row("/parks/downtime", "Gardaland", period="this_month")["shame_score"]
    band = band_of(score)
    assert band is not None
    expected = f"Gardaland: shame score at least {score:g} this month, {band.name}"
    assert badge_text(client, "/api/badges/parks/gardaland.svg") == expected
    assert badge_text(client, "/api/badges/parks/1.svg?period=today").startswith(
        "Gardaland: shame score at least 2.08 today"
    )


def test_a_ride_badge_says_what_the_lists_uptime_leaves(client: FlaskClient, api: Api) -> None:
    down = down_percent(api.row("/rides/downtime", "Raptor", period="this_month")["uptime_percent"])
    band = band_of_loss(down)
    assert down is not None
    assert band is not None
    expected = f"Raptor: down at least {down:g} % this month, {band.name}"
    assert badge_text(client, f"/api/badges/rides/{RAPTOR}.svg") == expected
    assert badge_text(client, f"/api/badges/rides/{RAPTOR}.svg?period=live") == "Raptor: operating right now"
    assert badge_text(client, "/api/badges/rides/13.svg?period=live") == "Jungle Rapids: down right now"


def test_a_badge_without_data_says_so(client: FlaskClient) -> None:
    assert badge_text(client, "/api/badges/parks/silent-park.svg") == "Silent Park: not watched this month"
    assert badge_text(client, "/api/badges/rides/14.svg?year=2025") == "Prezzemolo Show: not watched in 2025"


def test_a_badge_of_a_closed_park_says_so_as_the_lists_do(client: FlaskClient) -> None:
    for period, words in (("today", "today"), ("live", "right now")):
        badge = badge_text(client, f"/api/badges/parks/closed-park.svg?period={period}")
        assert badge == f"Closed Park: closed {words}"


def test_the_card_of_now_is_drawn_anew_when_the_looks_grow_old(
    client: FlaskClient, clock: FixedClock
) -> None:
    before = client.get("/cards/now.png").headers["ETag"]
    clock.instant += dt.timedelta(minutes=20)
    assert client.get("/cards/now.png").headers["ETag"] != before


def test_badges_of_nothing_are_refused_in_the_one_shape(client: FlaskClient) -> None:
    assert client.get("/api/badges/parks/nowhere.svg").json["error"]["code"] == "not_found"  # type: ignore[index]
    refused = client.get("/api/badges/parks/gardaland.svg?period=fortnight")
    assert refused.json["error"]["parameter"] == "period"  # type: ignore[index]


@pytest.mark.parametrize("level", [0, 1, 2, 3, 4, 5])
def test_badges_carry_no_style_and_survive_any_name(level: int) -> None:
    band = BANDS[level - 1] if level else None
    drawn = badges.draw(badges.Badge('<b> & "co" ' + "x" * 90, "down 1 % today", band), tokens())
    root = ET.fromstring(drawn)  # noqa: S314
    assert "style" not in drawn
    assert "href" not in drawn
    assert len(root.findall(f".//{SVG}g")) == (2 if level else 1)


def test_icons_are_square_and_of_their_size(client: FlaskClient) -> None:
    for path, size in (
        ("/icons/180.png", 180),
        ("/icons/192.png", 192),
        ("/icons/512.png", 512),
        ("/icons/512-maskable.png", 512),
    ):
        image = opened(client, path)
        assert image.size == (size, size)
        assert near(colour_at(image, 2, 2), tokens().colour("gold"))
    assert client.get("/icons/7.png").status_code == 404
    assert Image.open(io.BytesIO(client.get("/favicon.ico").data)).format == "ICO"


def test_a_badge_is_well_formed_whatever_the_name() -> None:
    for name in ("A & B <script>\"'", "Tron\x00\x0b\ud800", "東京ディズニーシー" * 9, "", "a\nb"):
        ET.fromstring(badges.draw(badges.Badge(name, "down 14 %", None), tokens()).encode())  # noqa: S314 - our own
