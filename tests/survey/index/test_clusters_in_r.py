"""The variance by days, the design effect and the number of days are those of R's `survey` (svydesign over days).

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
for (design in list(svydesign(~day, data = d, weights = ~one), svydesign(~1, data = d, weights = ~one))) {
  m <- svymean(~index, design)
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
def test_r_gives_the_same_variance_by_days(tmp_path: Path, seed: int) -> None:
    program = with_survey()
    if program is None:
        pytest.skip("no Rscript with the package survey here: apt-get install r-cran-survey")
    chance = random.Random(seed)
    dated = []
    for day in range(chance.randrange(5, 40)):
        mood = chance.gauss(3.1, 0.3)
        dated += [
            (day, {key: min(4, max(1, round(chance.gauss(mood, 0.7)))) for key in SKM.element_keys})
            for _ in range(chance.randrange(1, 20))
        ]
    table = tmp_path / "respondents.csv"
    lines = [f"{day},1,{','.join(map(str, answers.values()))}" for day, answers in dated]
    table.write_text("\n".join([f"day,one,{','.join(f'u{n}' for n in range(1, 10))}", *lines]) + "\n")
    script = tmp_path / "days.R"
    script.write_text(PROGRAM)
    told = subprocess.run(
        [program, str(script), str(table)], capture_output=True, check=True, text=True
    ).stdout
    (mean, by_days, freedom), (_, by_people, _) = (
        [float(word) for word in line.split()] for line in told.splitlines()
    )
    clusters: Clusters = clusters_of(dated)
    found = index(SKM, Tally.of(SKM, [answers for _, answers in dated]), clusters=clusters)
    assert found.days is not None
    assert float(found.exact) == pytest.approx(mean, rel=1e-9)
    assert found.days.ratio == pytest.approx((by_days / by_people) ** 2, rel=1e-9)
    assert found.days.days - 1 == freedom
