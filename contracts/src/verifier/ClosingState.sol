// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {ContractKey} from "./ContractKey.sol";
import {Opening} from "./Opening.sol";
import {Rules} from "./Rules.sol";

/// @notice The challenges and messages before the opening. Lists are pointers: see `Vectors`.
/// @param point `r`, with a coordinate for each variable but the blinding one.
/// @param end `s`, where the sumcheck ends.
/// @param endValue The sum of the polynomial and the mask at `end`.
/// @param values The columns' values.
struct ClosingSum {
    uint256 alpha;
    uint256 beta;
    uint256 point;
    uint256 lambda;
    uint256 end;
    uint256 endValue;
    uint256 values;
}

/// @notice The values that go from table to table. The caller sets the fields before `known`.
/// @param labels The list of the images' labels.
/// @param gamma Combines the claims.
/// @param known The part of the sum at its end that follows from the columns' values alone.
/// @param gammaPower The next claim's power of `γ`.
/// @param blinded `s_b`, the blinding variable's coordinate.
/// @param kept `1 − s_b`.
/// @param row The next table's first value.
/// @param place The offset in the key of the next columns' place.
/// @param hasLabel Whether a table so far was that of labels, with one channel per class.
/// @param entries The list of the arrays of the `entryTables` tables of entries so far.
/// @param end `s` without the blinding variable's coordinate.
/// @param eqs The list whose word `k` is `eq` of the last `k` coordinates of `r` and `s`.
/// @param ends For each table so far, its `End`.
/// @param rule The list of the four axes of the current table, with `eq` of `r`.
/// @param cells The sum of the weights of `rule` over height and width.
struct ClosingState {
    bytes key;
    ContractKey.Header header;
    ContractKey.Plan plan;
    ClosingSum sum;
    Opening.Batch batch;
    uint256 labels;
    uint256 gamma;
    uint256 known;
    uint256 gammaPower;
    uint256 blinded;
    uint256 kept;
    uint256 row;
    uint256 place;
    bool hasLabel;
    uint256 entries;
    uint256 entryTables;
    uint256 end;
    uint256 eqs;
    uint256 ends;
    uint256 rule;
    uint256 cells;
    Rules.State rules;
}
