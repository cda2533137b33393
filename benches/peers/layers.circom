// The operators of the shipped networks as circom templates, with exactly the results of
// `zklens execute`. Tensors are flat: [channels][height][width].
pragma circom 2.0.0;

include "circomlib/circuits/bitify.circom";

// Every value is a byte.
template Pixels(count) {
    signal input x[count];
    component bits[count];
    for (var i = 0; i < count; i++) {
        bits[i] = Num2Bits(8);
        bits[i].in <== x[i];
    }
}

template Dense(inputs, outputs, weights, bias) {
    signal input x[inputs];
    signal output y[outputs];
    for (var o = 0; o < outputs; o++) {
        var sum = bias[o];
        for (var i = 0; i < inputs; i++) {
            sum += weights[o * inputs + i] * x[i];
        }
        y[o] <== sum;
    }
}

// Stride 1, no padding, square images and kernels.
template Conv2d(channels, side, filters, kernel, weights, bias) {
    var out = side - kernel + 1;
    signal input x[channels * side * side];
    signal output y[filters * out * out];
    for (var f = 0; f < filters; f++) {
        for (var row = 0; row < out; row++) {
            for (var column = 0; column < out; column++) {
                var sum = bias[f];
                for (var c = 0; c < channels; c++) {
                    for (var i = 0; i < kernel; i++) {
                        for (var j = 0; j < kernel; j++) {
                            sum += weights[((f * channels + c) * kernel + i) * kernel + j]
                                * x[(c * side + row + i) * side + column + j];
                        }
                    }
                }
                y[(f * out + row) * out + column] <== sum;
            }
        }
    }
}

// The larger of two values that differ by less than 2^bits; a wins a tie.
template Max(bits) {
    signal input a;
    signal input b;
    signal output y;
    signal output aWins;
    component difference = Num2Bits(bits + 1);
    difference.in <== a - b + (1 << bits);
    aWins <== difference.out[bits];
    y <== b + aWins * (a - b);
}

// Square windows side by side, of values that differ by less than 2^bits.
template MaxPool(channels, side, window, bits) {
    var out = side \ window;
    var cells = window * window;
    signal input x[channels * side * side];
    signal output y[channels * out * out];
    component max[channels * out * out][cells - 1];
    for (var c = 0; c < channels; c++) {
        for (var row = 0; row < out; row++) {
            for (var column = 0; column < out; column++) {
                var at = (c * out + row) * out + column;
                var first = (c * side + row * window) * side + column * window;
                for (var k = 1; k < cells; k++) {
                    max[at][k - 1] = Max(bits);
                    if (k == 1) {
                        max[at][0].a <== x[first];
                    } else {
                        max[at][k - 1].a <== max[at][k - 2].y;
                    }
                    max[at][k - 1].b <== x[first + (k \ window) * side + k % window];
                }
                y[at] <== max[at][cells - 2].y;
            }
        }
    }
}

// Divides by 2^shift, to the nearest and halves upwards, and replaces negative values by 0. One
// decomposition does both. Needs -2^(bits-1) <= x + 2^(shift-1) < 2^(bits-1).
template RescaleRelu(count, bits, shift) {
    signal input x[count];
    signal output y[count];
    component digits[count];
    for (var i = 0; i < count; i++) {
        digits[i] = Num2Bits(bits);
        digits[i].in <== x[i] + (1 << (shift - 1)) + (1 << (bits - 1));
        var quotient = 0;
        for (var k = shift; k < bits - 1; k++) {
            quotient += digits[i].out[k] * (1 << (k - shift));
        }
        y[i] <== quotient * digits[i].out[bits - 1];
    }
}

// The position of the largest value, and of the first one if several are equal.
template ArgMax(count, bits) {
    signal input x[count];
    signal output y;
    component max[count - 1];
    signal place[count];
    place[0] <== 0;
    for (var i = 1; i < count; i++) {
        max[i - 1] = Max(bits);
        if (i == 1) {
            max[0].a <== x[0];
        } else {
            max[i - 1].a <== max[i - 2].y;
        }
        max[i - 1].b <== x[i];
        place[i] <== i + max[i - 1].aWins * (place[i - 1] - i);
    }
    y <== place[count - 1];
}
