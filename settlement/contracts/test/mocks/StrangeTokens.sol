// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Anyone mints; the base of the strange ones.
contract OpenToken is ERC20("Open", "OPN") {
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }
}

/// @notice With six decimals, as stablecoins have.
contract SixDecimalsToken is OpenToken {
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

/// @notice Keeps 1 % of each transfer between accounts.
contract ChargingToken is SixDecimalsToken {
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, value);
        super._update(from, address(0), value / 100);
        super._update(from, to, value - value / 100);
    }
}

/// @notice Says yes and moves nothing into the vault it is set against.
contract LyingToken is SixDecimalsToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Says no instead of reverting.
contract RefusingToken is SixDecimalsToken {
    bool public refuses;

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return refuses ? false : super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return refuses ? false : super.transferFrom(from, to, value);
    }
}

/// @notice Returns nothing from its transfers, as some early tokens do.
contract SilentToken {
    uint8 public constant decimals = 6;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    function approve(address spender, uint256 value) external {
        allowance[msg.sender][spender] = value;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
    }

    function transferFrom(address from, address to, uint256 value) external {
        allowance[from][msg.sender] -= value;
        balanceOf[from] -= value;
        balanceOf[to] += value;
    }
}

/// @notice Calls a target before and after every transfer, as tokens with hooks allow, and notes what came back.
contract CallingToken is SixDecimalsToken {
    address public target;
    bytes public call;
    bool public succeeded;
    bytes public answer;

    function arm(address target_, bytes calldata call_) external {
        target = target_;
        call = call_;
        succeeded = false;
        delete answer;
    }

    function _update(address from, address to, uint256 value) internal override {
        _callOut();
        super._update(from, to, value);
        _callOut();
    }

    function _callOut() private {
        if (target == address(0)) return;
        bool done;
        (done, answer) = target.call(call);
        if (done) succeeded = true;
    }
}
