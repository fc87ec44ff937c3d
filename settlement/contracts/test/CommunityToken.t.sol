// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommunityToken} from "../CommunityToken.sol";
import {vm} from "./utils/Vm.sol";

contract CommunityTokenTest {
    CommunityToken private _token = new CommunityToken("Community", "CMT");
    address private _other = vm.addr(1);

    function test_hasSixDecimals() public view {
        vm.assertEq(_token.decimals(), 6);
        vm.assertEq(_token.minter(), address(this));
        vm.assertEq(keccak256(bytes(_token.name())), keccak256("Community"));
    }

    function test_onlyItsDeployerMints() public {
        _token.mint(_other, 5);
        vm.assertEq(_token.totalSupply(), 5);
        vm.assertEq(_token.balanceOf(_other), 5);
        vm.prank(_other);
        vm.expectRevert(abi.encodeWithSelector(CommunityToken.TokenUnauthorized.selector, _other));
        _token.mint(_other, 1);
    }
}
