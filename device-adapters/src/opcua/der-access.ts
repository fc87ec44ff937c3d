import { createHash, timingSafeEqual } from "node:crypto";
import type { NodeId, OPCUAServerOptions, RolePermissionTypeOptions } from "node-opcua";
import type { OpcuaLibrary } from "./opcua-library.ts";
import type { OpcuaUser } from "./opcua-link.ts";

/** A user of a server. */
export interface DerServerUser extends OpcuaUser {
  /** Whether it has the role of an operator, who may call the battery's methods. */
  readonly mayCommand: boolean;
}

/** Who may do what; everybody needs a trusted certificate first. */
export interface DerServerAccess {
  readonly users: readonly DerServerUser[];
  /** What a client without a user may do. */
  readonly anonymous: "nothing" | "reads" | "commands";
}

/** The server's options for users and their roles (OPC 10000-18). */
export function accessOptions(
  { WellKnownRoles, makeRoles }: OpcuaLibrary,
  { users, anonymous }: DerServerAccess,
): Pick<OPCUAServerOptions, "allowAnonymous" | "userManager"> {
  const isValidUser = (name: string, password: string): boolean => {
    const given = digest(name, password);
    // Every user is compared, so that the time it takes says nothing.
    return users.filter((user) => timingSafeEqual(given, digest(user.userName, user.password))).length > 0;
  };
  const getUserRoles = (name: string): NodeId[] => {
    const mayCommand = users.some((user) => user.userName === name && user.mayCommand);
    return makeRoles(
      mayCommand
        ? [WellKnownRoles.AuthenticatedUser, WellKnownRoles.Operator]
        : [WellKnownRoles.AuthenticatedUser],
    );
  };
  return { allowAnonymous: anonymous !== "nothing", userManager: { isValidUser, getUserRoles } };
}

/** Everybody sees the methods; who may command may call them. The server answers BadUserAccessDenied to others. */
export function methodPermissions(
  { WellKnownRoles, makePermissionFlag }: OpcuaLibrary,
  { anonymous }: DerServerAccess,
): RolePermissionTypeOptions[] {
  const all = makePermissionFlag("Browse | Call");
  if (anonymous === "commands") return [{ roleId: WellKnownRoles.Anonymous, permissions: all }];
  return [
    { roleId: WellKnownRoles.Anonymous, permissions: makePermissionFlag("Browse") },
    { roleId: WellKnownRoles.Operator, permissions: all },
  ];
}

function digest(userName: string, password: string): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([userName, password]))
    .digest();
}
