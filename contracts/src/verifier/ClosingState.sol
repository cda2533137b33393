// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {ContractKey} from "./ContractKey.sol";
import {Opening} from "./Opening.sol";
import {Rules} from "./Rules.sol";

/// @notice What was drawn and read before the opening. Lists are pointers: see `Vectors`.
/// @param point `r`, with a coordinate for each variable but the blinding one.
/// @param end `s`, where the sumcheck ends.
/// @param endValue What the sum's polynomial and the mask add up to there.
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

/// @notice What is carried from table to table. The caller sets what is before `known`.
/// @param labels One for each image: a list.
/// @param gamma Combines the claims.
/// @param known What is known of the sum at its end.
/// @param gammaPower The next claim's power of `γ`.
/// @param blinded `s_b`, the blinding variable's coordinate.
/// @param kept `1 − s_b`.
/// @param row The next table's first value.
/// @param place Where the next place of columns is in the key.
/// @param hasLabel Whether a table of as many labels as classes was among those so far.
/// @param entries The arrays of all tables of entries so far, of which there are `entryTables`.
/// @param end `s` without the blinding variable's coordinate.
/// @param eqs `eq` of `r` and `s` over so many of their last coordinates.
/// @param ends For each table so far, its `End`.
/// @param rule `eq` of `r` along each of the four axes of the table at hand.
/// @param cells What `rule` of rows and columns adds up to.
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
