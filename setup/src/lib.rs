//! The setup string that zklens ships, as bytes. `README.md` beside this crate says where it comes
//! from and how it is checked; `zklens_commitment::setup` reads it.

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

/// Powers of `τ` in the string: `[1]₁, [τ]₁, …, [τ^16383]₁`.
pub const POWERS: usize = 16_384;

/// The string: `x`, then `y` of every power, each 32 bytes, big-endian.
pub static STRING: &[u8; POWERS * 64] = include_bytes!("../ignition_bn254_g1_16384.bin");

/// `[τ]₂` as `x₁, x₀, y₁, y₀`, where `x = x₁·u + x₀` and `y = y₁·u + y₀`: the EVM's order.
pub static TAU_G2: [[u8; 32]; 4] = [
    bytes(
        0x260e_01b2_51f6_f1c7_e7ff_4e58_0791_dee8,
        0xea51_d87a_358e_038b_4efe_30fa_c093_83c1,
    ),
    bytes(
        0x0118_c4d5_b837_bcc2_bc89_b5b3_98b5_974e,
        0x9f59_4407_3b32_078b_7e23_1fec_9388_83b0,
    ),
    bytes(
        0x04fc_6369_f711_0fe3_d251_56c1_bb9a_7285,
        0x9cf2_a046_41f9_9ba4_ee41_3c80_da6a_5fe4,
    ),
    bytes(
        0x22fe_bda3_c0c0_632a_5647_5b42_14e5_615e,
        0x11e6_dd3f_96e6_cea2_854a_87d4_dacc_5e55,
    ),
];

/// The 32 bytes of `high·2^128 + low`.
const fn bytes(high: u128, low: u128) -> [u8; 32] {
    let (high, low) = (high.to_be_bytes(), low.to_be_bytes());
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 16 {
        bytes[at] = high[at];
        bytes[16 + at] = low[at];
        at += 1;
    }
    bytes
}
