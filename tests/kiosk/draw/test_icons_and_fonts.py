"""Icons are drawn for every name in use; fonts are found, or something else serves."""

from pathlib import Path

import pygame
import pytest

from kiosk.draw import fonts
from kiosk.draw.fonts import Weight, find, font_for
from kiosk.draw.icons import icon, known
from kiosk.rehearsal.samples import samples

INK = (20, 33, 61)


def ink_share(name: str) -> float:
    alpha = pygame.surfarray.array_alpha(icon(name, 100, INK))
    return float(alpha.mean()) / 255


def test_every_icon_that_screens_name_is_drawn() -> None:
    named = set()
    for _, view in samples("id"):
        actions = (*getattr(view, "options", ()), *view.bar.actions)
        named |= {action.icon for action in actions} | {getattr(view, "icon", "")}

    assert [name for name in named if name and not known(name)] == []


def test_the_faces_differ_and_weigh_about_the_same() -> None:
    shares = [ink_share(f"face-{number}") for number in range(1, 5)]

    assert (
        len({pygame.image.tobytes(icon(f"face-{number}", 100, INK), "RGBA") for number in range(1, 5)}) == 4
    )
    assert max(shares) - min(shares) < 0.12


def test_more_steps_are_filled_for_a_better_answer() -> None:
    shares = [ink_share(f"step-{number}-of-4") for number in range(1, 5)]

    assert shares == sorted(shares)


def test_an_icon_is_sharp_but_smooth() -> None:
    alpha = pygame.surfarray.array_alpha(icon("face-3", 64, INK))

    assert ((alpha > 0) & (alpha < 255)).any()


def test_unknown_icons_are_a_mistake() -> None:
    with pytest.raises(KeyError):
        icon("unicorn", 32, INK)


def test_a_configured_font_comes_first(tmp_path: Path) -> None:
    installed = find(Weight.REGULAR)
    assert installed is not None
    own = tmp_path / "Own-Regular.otf"
    own.write_bytes(installed.read_bytes())

    assert find(Weight.REGULAR, (str(own),)) == own
    assert find(Weight.BOLD, (str(own),)) == own


def test_without_any_installed_font_the_built_in_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    # The folders are a constant of the machine; nothing else can make it look bare.
    monkeypatch.setattr(fonts, "_installed", lambda _name: None)

    assert find(Weight.REGULAR) is None
    assert pygame.font.Font(None, 20).size("Puas")[0] > 0


def test_a_font_serves_every_size_as_one_opened_for_it_would() -> None:
    file = find(Weight.BOLD)
    assert file is not None
    for size in (24, 61, 24, 17):
        ours, alone = font_for("Puas", size, Weight.BOLD), pygame.font.Font(str(file), size)
        assert (ours.size("Sangat puas"), ours.get_height()) == (
            alone.size("Sangat puas"),
            alone.get_height(),
        )
        pictures = [one.render("Sangat puas", True, INK) for one in (ours, alone)]
        assert pygame.image.tobytes(pictures[0], "RGBA") == pygame.image.tobytes(pictures[1], "RGBA")


def test_javanese_script_gets_its_own_font() -> None:
    latin, javanese = font_for("Puas", 24, Weight.REGULAR), font_for("ꦥꦸꦮꦱ꧀", 24, Weight.REGULAR)

    assert latin is not javanese
