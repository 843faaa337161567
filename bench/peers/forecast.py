"""MSTL of statsforecast on every core: points and 95 % intervals of the next days, scored by what then came."""

import warnings

import numpy as np
import pandas as pd
from measure import measure, timed


def work(given):
    warnings.filterwarnings("ignore")
    from statsforecast import StatsForecast
    from statsforecast.models import MSTL

    count, known, horizon, period = (given[name] for name in ("series", "known", "horizon", "period"))
    figures = np.fromfile(given["file"], "<f8").reshape(count, known + horizon)
    history, actual = figures[:, :known], figures[:, known:]
    frame = pd.DataFrame({"unique_id": np.repeat(np.arange(count), known), "ds": np.tile(np.arange(1, known + 1), count), "y": history.ravel()})
    # What a model imports and compiles at its first series is not its work.
    StatsForecast(models=[MSTL(season_length=given["seasons"])], freq=1).forecast(df=frame[frame["unique_id"] == 0], h=horizon, level=[95])
    seconds, forecast = timed(lambda: StatsForecast(models=[MSTL(season_length=given["seasons"])], freq=1, n_jobs=given["cores"]).forecast(df=frame, h=horizon, level=[95]))
    forecast = forecast.sort_values(["unique_id", "ds"])
    point, low, high = (forecast[name].to_numpy().reshape(count, horizon) for name in ("MSTL", "MSTL-lo-95", "MSTL-hi-95"))
    scale = np.abs(history[:, period:] - history[:, :-period]).mean(axis=1)
    return {"forecast": seconds}, {
        "MASE": float((np.abs(actual - point).mean(axis=1) / scale).mean()),
        "share inside the 95 % intervals": float(((actual >= low) & (actual <= high)).mean()),
    }


measure(work)
