"""Frames of well-known packages: palmerpenguins, scikit-learn, statsmodels and vega_datasets."""

from __future__ import annotations

from typing import Any

from bench.told.facts import (
    Case,
    cells,
    column,
    counts,
    distinct,
    mean,
    median,
    missing,
    says,
    shape,
    spans,
    std,
    unique,
    values,
)

__all__ = ["CASES"]


def _penguins(function: str) -> Any:
    import palmerpenguins

    return getattr(palmerpenguins, function)()


def _sklearn(name: str) -> Any:
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")(as_frame=True).frame


def _statsmodels(name: str) -> Any:
    import statsmodels.api

    return getattr(statsmodels.api.datasets, name).load_pandas().data


def _vega(name: str) -> Any:
    from vega_datasets import local_data

    return getattr(local_data, name)()


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

CASES = (
    Case(
        "penguins",
        lambda: _penguins("load_penguins"),
        (
            shape(344, 8),
            counts("species", {"Adelie": 152, "Gentoo": 124, "Chinstrap": 68}),
            counts("island", {"Biscoe": 168, "Dream": 124, "Torgersen": 52}),
            missing("bill_length_mm", 2),
            spans("bill_length_mm", 32.1, 59.6),
            mean("body_mass_g", 4201.75),
            std("flipper_length_mm", 14.0617),
            spans("body_mass_g", 2700, 6300),
            missing("sex", 11),
            counts("sex", {"male": 168, "female": 165}),
            counts("year", {2007: 110, 2008: 114, 2009: 120}),
            cells("Adelie", "Torgersen", 39.1, 18.7, 181, 3750),
            says("Chinstrap.{1,4}Dream"),  # a row of each species: the first rows are all Adelie
        ),
    ),
    Case(
        "penguins as recorded",
        lambda: _penguins("load_penguins_raw"),
        (
            shape(344, 17),
            counts("studyName", {"PAL0910": 120, "PAL0809": 114, "PAL0708": 110}),
            column("Region", "constant|num_unique_values': 1\\b|values: Anvers$", "Anvers"),
            column("Stage", 'constant|num_unique_values\': 1\\b|values: "Adult, 1 Egg Stage"$'),
            counts("Clutch Completion", {"Yes": 308, "No": 36}),
            distinct("Individual ID", 190),
            spans("Date Egg", "2007-11-09", "2009-12-01"),
            missing("Delta 15 N (o/oo)", 14),
            spans("Delta 13 C (o/oo)", -27.01854, -23.78767),
            missing("Sex", 11),
            missing("Comments", 290),
        ),
    ),
    Case(
        "iris",
        lambda: _sklearn("iris"),
        (
            shape(150, 5),
            counts("target", {0: 50, 1: 50, 2: 50}),
            spans("petal length (cm)", 1.0, 6.9),
            mean("sepal length (cm)", 5.84333),
            std("petal width (cm)", 0.762238),
            says("1 duplicated row|duplicate"),
        ),
    ),
    Case(
        "wine",
        lambda: _sklearn("wine"),
        (
            shape(178, 14),
            counts("target", {0: 59, 1: 71, 2: 48}),
            spans("proline", 278, 1680),
            std("proline", 314.907),
            spans("alcohol", 11.03, 14.83),
            mean("malic_acid", 2.33635),
            spans("od280/od315_of_diluted_wines", 1.27, 4.0),
        ),
    ),
    Case(
        "diabetes",
        lambda: _sklearn("diabetes"),
        (
            shape(442, 11),
            distinct("sex", 2),
            std("age", 0.047619),
            std("s6", 0.047619),  # all are scaled alike
            spans("target", 25, 346),
            mean("target", 152.133),
            median("target", 140.5),
        ),
    ),
    Case(
        "breast cancer",
        lambda: _sklearn("breast_cancer"),
        (
            shape(569, 31),
            counts("target", {0: 212, 1: 357}),
            spans("mean radius", 6.981, 28.11),
            spans("mean area", 143.5, 2501),
            mean("mean area", 654.889),
            column("mean concavity", r"13 zeros|\b0\b"),
            spans("area error", 6.802, 542.2),
            spans("worst fractal dimension", 0.05504, 0.2075),
            spans("worst concavity", 0, 1.252),
        ),
    ),
    Case(
        "digits",
        lambda: _sklearn("digits"),
        (
            shape(1797, 65),
            says("pixel_0_0", "constant|num_unique_values': 1\\b"),
            says("pixel_7_7"),
            says(r"pixel_[^\n]*\b0(\.0)? … 16\b|pixel_0_2[^\n]{0,90}(16\.0|max': 16)"),
            counts("target", {0: 178, 1: 182, 9: 180}),
            distinct("target", 10),
        ),
    ),
    Case(
        "linnerud",
        lambda: _sklearn("linnerud"),
        (
            shape(20, 6),
            cells(5, 162, 60, 191, 36, 50),
            cells(17, 251, 250, 154, 33, 56),  # the one who jumps
            cells(1, 50, 50, 247, 46, 50),  # the heaviest
        ),
    ),
    Case(
        "co2",
        lambda: _statsmodels("co2"),
        (
            shape(2284, 1),
            missing("co2", 59),
            spans("co2", 313.0, 373.9),
            says("1958-03-29", "2001-12-29"),
            says("weekly"),
            mean("co2", 340.142),
        ),
    ),
    Case(
        "macroeconomics",
        lambda: _statsmodels("macrodata"),
        (
            shape(203, 14),
            spans("year", 1959, 2009),
            counts("quarter", {1: 51, 2: 51, 3: 51, 4: 50}),
            says(r"unique by year, quarter"),
            spans("realgdp", 2710.349, 13415.266),
            spans("infl", -8.79, 14.62),
            column("realint", "52 negative|-6.79"),
            mean("unemp", 5.88473),
            column("pop", "increasing|unique|num_unique_values': 203"),
        ),
    ),
    Case(
        "affairs (fair)",
        lambda: _statsmodels("fair"),
        (
            shape(6366, 9),
            counts("rate_marriage", {1: 99, 2: 348, 3: 993, 4: 2242, 5: 2684}),
            counts("children", {0: 2414, 5.5: 203}),
            counts("religious", {1: 1021, 4: 656}),
            counts("occupation", {1: 41, 3: 2783}),
            spans("affairs", 0, 57.5999908),
            median("affairs", 0),
            column("affairs", r"top 0(\.0)?: 4,313|4,313 zeros"),
            says("1,039 duplicated rows"),
        ),
    ),
    Case(
        "investment (grunfeld)",
        lambda: _statsmodels("grunfeld"),
        (
            shape(220, 5),
            counts("firm", {"General Motors": 20, "IBM": 20, "American Steel": 20, "Diamond Match": 20}),
            distinct("firm", 11),
            spans("year", 1935, 1954),
            distinct("year", 20),
            says(r"unique by firm, year: all 220"),
            spans("invest", 0.93, 1486.7),
            median("value", 404.65),
            mean("capital", 257.108),
        ),
    ),
    Case(
        "schools (star98)",
        lambda: _statsmodels("star98"),
        (
            shape(303, 22),
            spans("NBELOW", 14, 29528),
            column("NBELOW", r"heavy tail|99% ≤|std['\"]?:? 1771|std 1,?771"),
            column("PCTCHRT", r"top 0(\.0)?: 268|268 zeros"),
            median("PCTYRRND", 0),
            spans("PERHISP", 2.251407, 98.821),
            spans("PERSPEN_PTRATIO_PCTAF", 0, 8482.9409),
        ),
    ),
    Case(
        "travel modes (modechoice)",
        lambda: _statsmodels("modechoice"),
        (
            shape(840, 9),
            distinct("individual", 210),
            says(r"unique by individual, mode"),
            counts("mode", {1: 210, 2: 210, 3: 210, 4: 210}),
            counts("choice", {0: 630, 1: 210}),
            column("ttme", r"210 \(25\.0%\)|210 zeros|0(\.0)?: 210"),
            counts("psize", {1: 456, 6: 4}),
            spans("invt", 63, 1440),
        ),
    ),
    Case(
        "doctors' visits (randhie)",
        lambda: _statsmodels("randhie"),
        (
            shape(20190, 10),
            spans("mdvis", 0, 77),
            column("mdvis", r"6,308|31\.2%"),
            mean("mdvis", 2.86043),
            counts("idp", {0: 14941, 1: 5249}),
            counts("hlthp", {1: 302}),
            distinct("lncoins", 5),
            spans("disea", 0, 58.6),
            says("11,065 duplicated rows"),
        ),
    ),
    Case(
        "El Niño",
        lambda: _statsmodels("elnino"),
        (
            shape(61, 13),
            spans("YEAR", 1950, 2010),
            *(
                spans(month, least, most)
                for month, least, most in zip(
                    _MONTHS[:4] + _MONTHS[-1:],
                    (22.98, 24.2, 24.47, 22.97, 21.05),
                    (28.12, 28.82, 29.24, 28.82, 27.08),
                    strict=True,
                )
            ),
            mean("SEP", 20.5838),
            unique("YEAR", 61),
        ),
    ),
    Case(
        "employment (longley)",
        lambda: _statsmodels("longley"),
        (
            shape(16, 7),
            cells(60323, 83, 234289, 2356, 1590, 107608, 1947),
            cells(70551, 116.9, 554894, 4007, 2827, 130081, 1962),
            cells(69331, 115.7, 518173, 4806),  # the year of most unemployed
        ),
    ),
    Case(
        "cars",
        lambda: _vega("cars"),
        (
            shape(406, 9),
            counts("Origin", {"USA": 254, "Japan": 79, "Europe": 73}),
            missing("Miles_per_Gallon", 8),
            missing("Horsepower", 6),
            counts("Cylinders", {3: 4, 4: 207, 5: 3, 6: 84, 8: 108}),
            spans("Year", "1970-01-01", "1982-01-01"),
            column("Year", "yearly|12 distinct|num_unique_values': 12"),
            distinct("Name", 311),
            spans("Weight_in_lbs", 1613, 5140),
            says("Japan", "toyota|datsun|honda|mazda|subaru"),
        ),
    ),
    Case(
        "stocks",
        lambda: _vega("stocks"),
        (
            shape(560, 3),
            counts("symbol", {"MSFT": 123, "AMZN": 123, "IBM": 123, "AAPL": 123, "GOOG": 68}),
            spans("date", "2000-01-01", "2010-03-01"),
            column("date", "monthly"),
            spans("price", 5.97, 707),
            says(r"unique by symbol, date"),
            median("price", 57.255),
        ),
    ),
    Case(
        "Seattle's weather",
        lambda: _vega("seattle_weather"),
        (
            shape(1461, 6),
            spans("date", "2012-01-01", "2015-12-31"),
            column("date", "daily"),
            column("precipitation", r"838"),  # dry days
            spans("precipitation", 0, 55.9),
            spans("temp_min", -7.1, 18.3),
            column("temp_min", r"72 negative"),
            counts("weather", {"sun": 714, "fog": 411, "rain": 259, "drizzle": 54, "snow": 23}),
        ),
    ),
    Case(
        "barley",
        lambda: _vega("barley"),
        (
            shape(120, 4),
            spans("yield", 14.43333, 65.7667),
            counts("variety", {"Manchuria": 12, "Wisconsin No. 38": 12, "No. 457": 12}),
            counts("year", {1931: 60, 1932: 60}),
            counts("site", {"University Farm": 20, "Grand Rapids": 20, "Duluth": 20}),
            std("yield", 10.3347),
            says(r"unique by variety, year, site"),
        ),
    ),
    Case(
        "airports",
        lambda: _vega("airports"),
        (
            shape(3376, 7),
            unique("iata", 3376),
            distinct("name", 3237),
            missing("city", 12),
            missing("state", 12),
            values("state", "AK", "TX", "CA"),
            distinct("state", 56),
            counts("country", {"USA": 3372, "Palau": 1}),
            spans("latitude", 7.367222, 71.2854475),
            spans("longitude", -176.6460306, 145.621384),
        ),
    ),
    Case(
        "temperatures by the hour",
        lambda: _vega("sf_temps"),
        (
            shape(8759, 2),
            column("date", "2010-01-01", "2010-12-31"),
            column("date", "hourly"),
            column("date", "1 gap"),
            spans("temp", 45.6, 72.2),
            mean("temp", 56.924),
        ),
    ),
    Case(
        "deaths of 1992",
        lambda: _vega("la_riots"),
        (
            shape(63, 11),
            missing("age", 1),
            spans("age", 15, 87),
            counts("gender", {"Male": 56, "Female": 7}),
            counts("race", {"Black": 28, "Latino": 19, "White": 14, "Asian": 2}),
            spans("death_date", "1992-04-29", "1993-11-24"),
            counts("type", {"Homicide": 36, "Officer-involved shooting": 10}),
            distinct("neighborhood", 38),
            spans("latitude", 33.7898575, 34.287098),
        ),
    ),
    Case(
        "employment by sector",
        lambda: _vega("us_employment"),
        (
            shape(120, 24),
            spans("month", "2006-01-01", "2015-12-01"),
            unique("month", 120),
            spans("nonfarm", 129726, 143093),
            spans("construction", 5427, 7726),
            column("nonfarm_change", "negative|-\\d"),
            spans("government", 21810, 22996),
        ),
    ),
    Case(
        "antibiotics",
        lambda: _vega("burtin"),
        (
            shape(16, 6),
            cells("Aerobacter aerogenes", 870, 1, 1.6, "negative", "other"),
            cells("Brucella abortus", 1, 2, 0.02, "negative", "other"),
            says("Streptococcus viridans"),
        ),
    ),
)
