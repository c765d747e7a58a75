"""Invented words that read like a language: a random source to words, clauses and Chinese clauses.

Words are built from syllables, so that no text is taken from anywhere.  Only ``random.Random`` decides;
the same generator state gives the same words on every machine.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import NamedTuple

ONSETS = "b br c ch cl d dr f fl g gl h j k l m n p pl pr qu r s sh st t tr v w z".split()
NUCLEI = "a a a e e e i i o o u ai ea ie ou".split()
CODAS = ["", "", "", "", "l", "m", "n", "n", "r", "s", "t", "nd", "st"]
# Every other word or so is one of these, as in English.
SMALL_WORDS = "the of and to in a for with on by from at as its that was has more than under after".split()
CHINESE_WORDS = (
    "品牌 设计师 系列 上海 零售 面料 门店 季度 增长 消费者 时装周 北京 百货 香水 市场 工厂 棉花 丝绸 针织 外套 "
    "手袋 鞋履 珠宝 腕表 裁缝 订单 库存 价格 电商 直播 潮流 复古 环保 回收 染料 纱线 博物馆 展览 模特 摄影 "
    "宣布 推出 收购 投资 关闭 开设 合作 发布 认为 表示 预计 超过 达到 下降 上升 继续 首次 今年 去年 明年 "
    "新的 主要 传统 年轻 高端 全球 本地 独立 限量 经典 以及 由于 因此 但是 同时 在于 对于 通过"
).split()


class Language(NamedTuple):
    """What texts are made of: ``words`` without small ones, clauses without capital and full stop."""

    words: list[str]
    clauses: list[str]
    chinese_clauses: list[str]


def make_language(rng: Random) -> Language:
    """A vocabulary of 6,000 words, used as unevenly as real ones, and the clauses that texts are put together from."""
    words = distinct_words(rng, 6_000)
    return Language(
        words,
        make_clauses(rng, words, 20_000),
        ["".join(rng.choices(CHINESE_WORDS, k=rng.randint(4, 9))) for _ in range(4_000)],
    )


def distinct_words(rng: Random, count: int) -> list[str]:
    """``count`` different words of two or three syllables, in the order in which they were made."""
    words: dict[str, None] = {}
    while len(words) < count:
        words[make_word(rng)] = None
    return list(words)


def make_word(rng: Random) -> str:
    syllables = rng.choice((2, 2, 2, 3))
    return "".join(rng.choice(ONSETS) + rng.choice(NUCLEI) for _ in range(syllables)) + rng.choice(CODAS)


def make_clauses(rng: Random, words: list[str], count: int) -> list[str]:
    """Clauses of 4 to 9 words; a word's frequency falls with its rank (Zipf)."""
    frequencies = list(accumulate(1 / (rank + 20) for rank in range(len(words))))
    clauses = []
    for _ in range(count):
        picked = rng.choices(words, cum_weights=frequencies, k=rng.randint(3, 6))
        for position in range(len(picked) - 1):
            if rng.random() < 0.5:
                picked[position] += f" {rng.choice(SMALL_WORDS)}"
        clauses.append(" ".join(picked))
    return clauses
