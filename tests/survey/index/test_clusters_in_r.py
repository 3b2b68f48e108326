"""The variance by days, the design effect and the number of days are those of R's `survey` (svydesign over days).

Ours is R's times what stands in place of its D / (D - 1), of the index and of each element: one where days are equally full.

Needs `Rscript` with the package `survey` (Debian: `r-cran-survey`); the respondents are invented here.
"""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from survey.index.clusters import Clusters
from survey.index.indices import index
from survey.index.tally import Tally
from tests.survey.samples import SKM, clusters_of

PROGRAM = """
suppressPackageStartupMessages(library(survey))
d <- read.csv(commandArgs(TRUE)[1])
d$index <- 25 * rowMeans(d[, paste0("u", 1:9)])
what <- as.formula(paste0("~index+", paste0("u", 1:9, collapse = "+")))
for (design in list(svydesign(~day, data = d, weights = ~one), svydesign(~1, data = d, weights = ~one))) {
  m <- svymean(what, design)
  cat(format(c(coef(m), SE(m), degf(design)), digits = 15), "\\n")
}
"""


def with_survey() -> str | None:
    program = shutil.which("Rscript")
    if program is None:
        return None
    asked = subprocess.run([program, "-e", "library(survey)"], capture_output=True, check=False)
    return program if asked.returncode == 0 else None


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("even", [False, True])
def test_r_gives_the_same_variance_by_days(tmp_path: Path, seed: int, *, even: bool) -> None:
    program = with_survey()
    if program is None:
        pytest.skip("no Rscript with the package survey here: apt-get install r-cran-survey")
    chance = random.Random(seed)
    dated = []
    sizes = [7 if even else chance.randrange(1, 20) for _ in range(chance.randrange(5, 40))]
    for day, people in enumerate(sizes):
        mood = chance.gauss(3.1, 0.3)
        dated += [
            (day, {key: min(4, max(1, round(chance.gauss(mood, 0.7)))) for key in SKM.element_keys})
            for _ in range(people)
        ]
    table = tmp_path / "respondents.csv"
    lines = [f"{day},1,{','.join(map(str, answers.values()))}" for day, answers in dated]
    table.write_text("\n".join([f"day,one,{','.join(f'u{n}' for n in range(1, 10))}", *lines]) + "\n")
    script = tmp_path / "days.R"
    script.write_text(PROGRAM)
    told = subprocess.run(
        [program, str(script), str(table)], capture_output=True, check=True, text=True
    ).stdout
    (*by_days, freedom), (*by_people, _) = (
        [float(word) for word in line.split()] for line in told.splitlines()
    )
    clusters: Clusters = clusters_of(dated)
    found = index(SKM, Tally.of(SKM, [answers for _, answers in dated]), clusters=clusters)
    n, squared, cubed = (sum(size**power for size in sizes) for power in (1, 2, 3))
    unlike = (1 - 1 / len(sizes)) / (1 - 2 * cubed / n / squared + squared / n**2)
    assert (unlike == pytest.approx(1)) == even
    assert float(found.exact) == pytest.approx(by_days[0], rel=1e-9)
    effects = [found.days, *(element.days for element in found.elements)]
    for place, effect in enumerate(effects, len(effects)):
        assert effect is not None
        assert effect.ratio == pytest.approx(unlike * (by_days[place] / by_people[place]) ** 2, rel=1e-9)
        assert effect.days - 1 == freedom
