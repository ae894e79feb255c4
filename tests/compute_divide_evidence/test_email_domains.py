"""What e-mail domains say about who wrote a paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.sources.papers.affiliations import parse_rows
from compute_divide.sources.papers.email_domains import DomainRule, load_domain_rules
from compute_divide.sources.store.files import EvidenceError
from compute_divide_evidence.papers.email_domains import DomainReader

DOMAINS = DomainReader(load_domain_rules())


@pytest.mark.parametrize(
    ("domain", "profile"),
    [
        ("cs.stanford.edu", "academia"),
        ("uni-freiburg.de", "academia"),
        ("ox.ac.uk", "academia"),
        ("mail.tsinghua.edu.cn", "academia"),
        ("ia.ac.cn", "government"),
        ("tuebingen.mpg.de", "government"),
        ("Google.COM", "industry"),
        ("amazon.de", "industry"),
        ("hco.ntt.co.jp", "industry"),
        ("some-new-startup.ai", "industry"),
        ("openai.com", "@openai"),
        ("mila.quebec", "@mila"),
        ("gmail.com", "unknown"),
        ("yahoo.co.uk", "unknown"),
        ("yahoo-inc.com", "industry"),
        ("somewhere.de", "unknown"),
        ("", "unknown"),
        ("a b@c", "unknown"),
        # joined ones are made up: the lists at hand hold next to none, others hold many
        ("nvidia.com+utah.edu", "academia+industry"),
        ("nvidia.com utah.edu", "academia+industry"),
        ("nvidia.com & cs.utah.edu | gmail.com", "academia+industry"),
        ("{utah.edu,nvidia.com}", "academia+industry"),
        ("{jane,joe}@google.com+mit.edu", "academia+industry"),
        ("openai.com+mit.edu", "@openai+academia"),
        ("ucmerced.edu + someone", "academia"),
        ("cs.stanford .edu", "academia"),
        ("{}", "unknown"),
    ],
)
def test_one_domain(domain, profile):
    assert DOMAINS.read(domain) == profile


@given(st.text(max_size=40))
def test_any_text_has_a_domain_profile(text):
    assert DOMAINS.read(text)


def test_bad_domain_rules_are_named():
    header = "pattern,sector,kind,judgement\n"
    with pytest.raises(EvidenceError, match=r"row 2: sector.*Input should be 'academia'"):
        parse_rows(header + "foo.com,company,company,\n", "domains.csv", DomainRule)
    with pytest.raises(EvidenceError, match=r"'foo\.com' is already there"):
        parse_rows(
            header + "foo.com,industry,company,\nfoo.com,industry,company,\n",
            "domains.csv",
            DomainRule,
        )
