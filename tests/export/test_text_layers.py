"""Layers of nets that read text, against PyTorch where it is installed (`make crosscheck`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from support.helpers import floats, layer_from_text, noise, run

torch: Any = pytest.importorskip("torch", reason="torch is not installed (make crosscheck)")


@pytest.mark.parametrize("blank", [0, 2, 5])
def test_warp_ctc_loss(blank: int) -> None:
    rng = np.random.default_rng(blank)
    letters = [c for c in range(6) if c != blank]
    lines = [rng.choice(letters, n).tolist() for n in (1, 3, 5, 7, 0)]
    x = 2 * noise(16, 5, 6, seed=blank)
    layer = layer_from_text(
        f'type: "WarpCTCLoss" bottom: "x" bottom: "l" top: "y" ctc_decoder_param {{ blank_index: {blank} }}'
    )
    (y,) = run(layer, x, floats([line + [blank] * (7 - len(line)) for line in lines]))
    flat = torch.tensor([label for line in lines for label in line])
    lengths = torch.tensor([len(line) for line in lines])
    each = torch.nn.functional.ctc_loss(
        torch.tensor(x).log_softmax(2), flat, torch.full((5,), 16), lengths, blank=blank, reduction="none"
    )
    np.testing.assert_allclose(y, each.mean().item(), rtol=1e-5)


def test_lstm() -> None:
    x = noise(7, 3, 4)
    layer = layer_from_text('type: "Lstm" bottom: "x" top: "y" lstm_param { num_output: 5 }')
    w_i, w_h, b = (np.float32(0.5) * noise(*p.shape, seed=i) for i, p in enumerate(layer.params([x.shape])))
    i, f, o, g = (np.arange(k * 5, k * 5 + 5) for k in range(4))
    order = np.concatenate([i, f, g, o])
    lstm = torch.nn.LSTM(4, 5)
    stored = {"weight_ih_l0": w_i, "weight_hh_l0": w_h, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}
    lstm.load_state_dict({name: torch.tensor(value[order]) for name, value in stored.items()})
    (y,) = run(layer, x, params=[w_i, w_h, b])
    np.testing.assert_allclose(y, lstm(torch.tensor(x))[0].detach().numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("fields", ["", "filter_H: 5 pad_h: 2"])
def test_a_transition_of_a_dense_block(fields: str) -> None:
    x = noise(2, 3, 6, 7)
    text = 'type: "DenseBlock" bottom: "x" top: "y" denseblock_param { numTransition: 1 growthRate: 2 %s }'
    layer = layer_from_text(text % fields)
    params = [noise(*p.shape, seed=i) for i, p in enumerate(layer.params([x.shape]))]
    params[4] = abs(params[4])
    weights, scale, bias, mean, variance = (torch.tensor(p) for p in params[:5])
    z = torch.nn.functional.batch_norm(
        torch.tensor(x), mean.ravel(), variance.ravel(), scale.ravel(), bias.ravel(), eps=1e-5
    ).relu()
    new = torch.nn.functional.conv2d(z, weights.flip(2, 3), padding="same")
    (y,) = run(layer, x, params=params)
    np.testing.assert_allclose(y[:, 3:], new.numpy(), rtol=1e-4, atol=1e-4)
