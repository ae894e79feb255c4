"""Types of the parameters of chapters: the values each may have, and its unit.

The chapter explains what a choice means. The questions that readers are asked about it are in
``book/settings.yml``, under its name. Sets that depend on the evidence are read when they are
needed, and nothing heavy is imported, because parameters are listed often.
"""

from compute_divide.choices.machines import (
    Chip,
    ChipCount,
    ChipPrice,
    Entered,
    GpuCount,
    Kilowatts,
    ListYear,
    NumberFormat,
    PowerPrice,
    Quote,
    Utilisation,
    Window,
)
from compute_divide.choices.models import (
    Definition,
    DualAffiliation,
    HardwareVintage,
    Records,
    Vintage,
)
from compute_divide.choices.numbers import (
    Amount,
    Count,
    Magnitudes,
    Money,
    Months,
    Period,
    Portion,
    Share,
    Year,
    Years,
)
from compute_divide.choices.papers import (
    Text,
    Texts,
    Topic,
    Topics,
    Venue,
    Venues,
    Works,
    WorksReading,
)
from compute_divide.choices.teams import Flips, JointLabs, NonProfits, Reading

__all__ = [
    "Amount",
    "Chip",
    "ChipCount",
    "ChipPrice",
    "Count",
    "Definition",
    "DualAffiliation",
    "Entered",
    "Flips",
    "GpuCount",
    "HardwareVintage",
    "JointLabs",
    "Kilowatts",
    "ListYear",
    "Magnitudes",
    "Money",
    "Months",
    "NonProfits",
    "NumberFormat",
    "Period",
    "Portion",
    "PowerPrice",
    "Quote",
    "Reading",
    "Records",
    "Share",
    "Text",
    "Texts",
    "Topic",
    "Topics",
    "Utilisation",
    "Venue",
    "Venues",
    "Vintage",
    "Window",
    "Works",
    "WorksReading",
    "Year",
    "Years",
]
