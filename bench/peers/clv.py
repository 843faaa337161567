"""BG/NBD, Gamma-Gamma and customer lifetime value by lifetimes."""

import warnings

import numpy as np
import pandas as pd
from measure import measure, timed


def work(given):
    warnings.filterwarnings("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    columns = np.fromfile(given["file"], "<f8").reshape(4, given["customers"])
    people = pd.DataFrame(dict(zip(["frequency", "recency", "T", "value"], columns)))
    history = [people[name] for name in ("frequency", "recency", "T")]
    repeaters = people[people["frequency"] > 0]
    seconds = {}
    seconds["fit BG/NBD"], purchases = timed(lambda: BetaGeoFitter().fit(*history))
    seconds["fit Gamma-Gamma"], values = timed(lambda: GammaGammaFitter().fit(repeaters["frequency"], repeaters["value"]))

    def predict():
        alive = purchases.conditional_probability_alive(*history)
        expected = purchases.conditional_expected_number_of_purchases_up_to_time(90 / 7, *history)
        worth = values.customer_lifetime_value(purchases, *history, people["value"], time=12, discount_rate=0.01, freq="W")
        return alive, expected, worth

    seconds["predict"], (alive, expected, worth) = timed(predict)
    seconds["all"] = sum(seconds.values())
    figures = {name: float(value) for fitted in (purchases, values) for name, value in fitted.params_.items()}
    return seconds, {**figures, "alive": float(alive.sum()), "purchases in 90 days": float(expected.sum()), "worth of a year": float(worth.sum())}


measure(work)
