// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {BalanceProof, BatchHeader, BatchStatus, CommittedBatch} from "../types/Batch.sol";
import {ICourtErrors} from "./ICourtErrors.sol";
import {ICourtEvents} from "./ICourtEvents.sol";
import {IEnergyEscrow} from "./IEnergyEscrow.sol";
import {ISiteRegistry} from "./ISiteRegistry.sol";

/// @title The court that a community's batches stand before
/// @notice For each delivery interval the operator commits one small header with a bond behind it. Until a batch is
/// final anyone can have it taken back: by one proof before a judge, or by asking to be shown a leaf that the operator
/// then fails to show. Half of the bond goes to the challenger, half is burned.
/// @dev Bonds and rewards are in the token's smallest unit, totals in nano money, times in seconds. The court holds
/// bonds and rewards only; deposits are in the escrow. Immutable: no proxy, a fixed list of judges.
///
/// A batch becomes final when its challenge window is over, nothing that was asked about it is open, and a response
/// time has passed since the last answer. As questions can be asked within the window only, that is at most
/// challengeWindow + 2 × responseTime after the commit (`finalityLimit`) if the operator answers in time; withdrawals
/// take longer than that.
interface ISettlementCourt is ICourtEvents, ICourtErrors {
    /// @notice What a court is deployed with.
    /// @param community Names the community; part of every header.
    /// @param token The token of bonds and rewards; the escrow's.
    /// @param escrow The escrow that pays by this court's batches. It is deployed after the court, so its address is
    /// predicted, and its constructor makes sure of it.
    /// @param registry Where sites and their meters are registered.
    /// @param rulesHash Hash of the rules that batches are accounted by, see `MarketRules`.
    /// @param operator Who commits batches.
    /// @param guardian Who may pause commits for a while; zero for nobody.
    /// @param governance A TimelockController that may change rules, operator and guardian, with a delay
    /// above withdrawalDelay; zero for nobody.
    /// @param challengeWindow How long a batch can be challenged at least.
    /// @param responseTime How long the operator has to show a leaf.
    /// @param withdrawalDelay How long a withdrawal takes; above challengeWindow + 2 × responseTime + pauseLimit, by more
    /// than a trade takes from being agreed to being committed.
    /// @param silenceLimit How long after the last commit anyone may freeze the court.
    /// @param pauseLimit The longest pause; 0 for none.
    /// @param minimumBond The bond needed to commit.
    /// @param demandBond What asking for a leaf needs. Above what an answer costs, as half of it goes to the operator.
    /// @param demandLimit How many questions about one batch may be open. An operator that fills them itself to keep
    /// others from asking burns demandLimit × demandBond / 2 for each batch.
    /// @param ringSize Batches that the court remembers: at least two more than are ever pending at once. Each costs
    /// 22,100 gas at the deployment, so that none of the commits does.
    /// @param judges Who may have batches taken back.
    struct Terms {
        bytes32 community;
        IERC20 token;
        IEnergyEscrow escrow;
        ISiteRegistry registry;
        bytes32 rulesHash;
        address operator;
        address guardian;
        address governance;
        uint64 challengeWindow;
        uint64 responseTime;
        uint64 withdrawalDelay;
        uint64 silenceLimit;
        uint64 pauseLimit;
        uint128 minimumBond;
        uint128 demandBond;
        uint32 demandLimit;
        uint16 ringSize;
        address[] judges;
    }

    /// @notice A question that awaits its answer; all zero when none is open.
    /// @param demander Who asked.
    /// @param deadline Until when the operator can answer.
    struct Demand {
        address demander;
        uint64 deadline;
    }

    // ------------------------------------------------------------------ batches

    /// @notice Commits the next batch. Operator only, with the minimum bond in place, not while paused or frozen.
    /// @param header The batch: number = head + 1, previousHash = the head's header hash, debits = credits + fees.
    /// @param previousCommittedAt When the head was committed; ignored for the first batch.
    function commit(BatchHeader calldata header, uint64 previousCommittedAt) external;

    /// @notice Makes the oldest pending batch final once nothing can be brought against it any more. Anyone may call it.
    function finalize(CommittedBatch calldata batch) external;

    /// @notice Takes back `batch` and all later ones and slashes the bond: half to `challenger`, half burned. Judges
    /// only. The batch must be pending and the court's.
    /// @param kind What was shown, a short text such as "overdraft".
    function takeBack(CommittedBatch calldata batch, address challenger, bytes32 kind) external;

    // ------------------------------------------------------------------ bond and rewards

    /// @notice Adds to the bond; anyone may pay. Needs an allowance. The bond belongs to the office: an operator whose
    /// replacement is scheduled has the whole delay to take it out.
    /// @return received What arrived.
    function depositBond(uint256 amount) external returns (uint256 received);

    /// @notice Takes from the bond: all of it while no batch is pending, else down to the minimum. Operator only.
    function withdrawBond(uint256 amount, address recipient) external;

    /// @notice Pays all that the caller has been awarded to `recipient`.
    function claimReward(address recipient) external returns (uint256 paid);

    // ------------------------------------------------------------------ show me

    /// @notice Asks to be shown a leaf of a pending batch whose window is open. Takes `demandBond` from the caller,
    /// awarded back if there is no answer in time; of an answered question half is burned, half goes to the operator.
    /// @param tree 1 orders, 2 readings, 3 fills, 4 positions, 5 balances.
    /// @param index The leaf's position; below the header's count for that tree.
    function demand(CommittedBatch calldata batch, uint8 tree, uint32 index) external;

    /// @notice Shows the leaf and what it has hashes of, all of which the event then carries, so that whoever asked can
    /// bring it before a judge. Anyone may answer for the operator.
    /// @param tree 1 to 4.
    /// @param leaf What the leaf is the double hash of, see `Leaves`.
    /// @param siblings The nodes beside its way to the root, lowest first.
    /// @param evidence For an order how it was signed and, if its endedHash is not zero, what ended it, see `Preimages`;
    /// for a reading the signature; else nothing.
    function answer(
        CommittedBatch calldata batch,
        uint8 tree,
        uint32 index,
        bytes calldata leaf,
        bytes32[] calldata siblings,
        bytes[] calldata evidence
    ) external;

    /// @notice Shows a leaf of the balance tree.
    function answerBalance(CommittedBatch calldata batch, BalanceProof calldata proof) external;

    /// @notice Takes a batch back of which a leaf was not shown in time. Anyone may call it; the demander is rewarded.
    function claimUnanswered(CommittedBatch calldata batch, uint8 tree, uint32 index) external;

    /// @notice Awards the bond of a question back that is void because its batch was taken back. Anyone may call it.
    function releaseDemand(CommittedBatch calldata batch, uint8 tree, uint32 index) external;

    // ------------------------------------------------------------------ forced inclusion

    /// @notice Puts a signed order where the operator cannot overlook it: `InclusionJudge` takes a batch back that lacks
    /// an order which its account put here in time. The court keeps who, the hash and the time; the event carries the order.
    /// @param order abi.encode of an `InboxOrder`; it counts only when its own account submits it.
    function submitOrder(bytes calldata order) external;

    // ------------------------------------------------------------------ failure

    /// @notice Ends commits for good when the operator has been silent for `silenceLimit`: since the latest commit, the
    /// last time that a batch was taken back, the end of the last pause or its appointment, whichever came last. What is pending becomes final or is taken back; withdrawals go on for ever. Anyone may call it.
    /// @param latest The head; ignored when there is none.
    function freeze(CommittedBatch calldata latest) external;

    /// @notice Stops commits for `duration`, at most `pauseLimit`, and not again before twice that limit has passed.
    /// Guardian only. Nothing else stops.
    function pauseCommits(uint64 duration) external;

    /// @notice Puts another operator in charge. Governance only, while its delay is above the withdrawal delay. Bond,
    /// unclaimed fees and pending batches pass to the new one.
    function replaceOperator(address operator) external;

    /// @notice Names another guardian, or nobody. Governance only, as above.
    function replaceGuardian(address guardian) external;

    /// @notice Sets other rules for intervals that begin at `since` or later, which is not past. Governance only, as
    /// above; no batch that was committed is touched.
    function changeRules(bytes32 rulesHash, uint64 since) external;

    // ------------------------------------------------------------------ views

    /// @notice Names the community; part of every header.
    function community() external view returns (bytes32);

    /// @notice The token of bonds and rewards.
    function token() external view returns (IERC20);

    /// @notice The escrow that pays by this court's batches.
    function escrow() external view returns (IEnergyEscrow);

    /// @notice Where sites and their meters are registered.
    function registry() external view returns (ISiteRegistry);

    /// @notice Who commits batches.
    function operator() external view returns (address);

    /// @notice Who may pause commits.
    function guardian() external view returns (address);

    /// @notice The timelock that may change rules, operator and guardian.
    function governance() external view returns (address);

    /// @notice Hash of the rules for an interval that begins at `time`.
    function rulesHashAt(uint64 time) external view returns (bytes32);

    /// @notice Whether `account` may have batches taken back.
    function isJudge(address account) external view returns (bool);

    /// @notice How long a batch can be challenged at least.
    function challengeWindow() external view returns (uint64);

    /// @notice How long the operator has to show a leaf.
    function responseTime() external view returns (uint64);

    /// @notice The longest that a batch takes to become final if the operator answers in time.
    function finalityLimit() external view returns (uint64);

    /// @notice How long a withdrawal from the escrow takes; above `finalityLimit`.
    function withdrawalDelay() external view returns (uint64);

    /// @notice How long after the last commit anyone may freeze the court.
    function silenceLimit() external view returns (uint64);

    /// @notice The longest pause.
    function pauseLimit() external view returns (uint64);

    /// @notice The bond needed to commit.
    function minimumBond() external view returns (uint256);

    /// @notice What asking for a leaf needs.
    function demandBond() external view returns (uint256);

    /// @notice How many questions about one batch may be open.
    function demandLimit() external view returns (uint32);

    /// @notice How many batches the court remembers.
    function ringSize() external view returns (uint16);

    /// @notice The bond that stands behind the batches.
    function bond() external view returns (uint256);

    /// @notice What `account` has been awarded and not claimed.
    function rewardOf(address account) external view returns (uint256);

    /// @notice What was burned: it stays in the court, and nothing pays it out.
    function burnedTotal() external view returns (uint256);

    /// @notice What the court should hold by its own counter: bond + demand bonds + unclaimed rewards + burned.
    function totalHeld() external view returns (uint256);

    /// @notice Number of the latest batch, 0 before the first.
    function head() external view returns (uint64);

    /// @notice Number of the latest final batch, 0 before the first.
    function finalNumber() external view returns (uint64);

    /// @notice What the operator has earned by the latest final batch, cumulative nano.
    function finalFeeTotal() external view returns (uint128);

    /// @notice Whether the court is frozen.
    function isFrozen() external view returns (bool);

    /// @notice Until when commits are paused; in the past when they are not.
    function pausedUntil() external view returns (uint64);

    /// @notice Where `batch` stands; `None` when it is not the court's. A final batch is known only while it is the
    /// latest one or fewer than `ringSize` younger batches exist.
    function statusOf(CommittedBatch calldata batch) external view returns (BatchStatus);

    /// @notice From when on a pending batch can be made final; the greatest number while a question is open.
    function finalizableAt(CommittedBatch calldata batch) external view returns (uint256);

    /// @notice The question about a leaf that awaits its answer.
    function demandOf(CommittedBatch calldata batch, uint8 tree, uint32 index) external view returns (Demand memory);

    /// @notice When `account` itself submitted an order, by the Keccak-256 hash of its bytes; 0 if never.
    function orderSubmittedAt(address account, bytes32 orderHash) external view returns (uint64);
}
