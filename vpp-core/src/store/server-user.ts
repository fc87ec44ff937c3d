import { spawnSync } from "node:child_process";
import { chownSync, existsSync, readFileSync, statSync } from "node:fs";

/** How a PostgreSQL program is started: as which user, and what stands before it on the command line. */
export interface ServerUser {
  readonly prefix: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * PostgreSQL refuses to run as root. The user it runs as may be barred from the folders that lead to its own
 * program or its data (a home of mode 0700). Then it keeps one capability, the one to pass by permissions of
 * files, and none of root's others; the second flag makes access(2) heed it too.
 */
const PASS_PERMISSIONS = [
  "--securebits=+no_setuid_fixup",
  "--inh-caps=+dac_override",
  "--ambient-caps=+dac_override",
];

/** Users that exist for this, in the order in which they are tried; every Unix has the last one. */
const USER_NAMES = ["postgres", "nobody"];

function accountIds(): { uid: number; gid: number } {
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  const accounts = lines.map((line) => line.split(":"));
  for (const name of USER_NAMES) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error(`running as root, PostgreSQL needs one of the users ${USER_NAMES.join(", ")}`);
}

/** The user who owns a database that is there already stays its user. */
function serverIds(dataDirectory: string): { uid: number; gid: number } {
  if (!existsSync(dataDirectory)) return accountIds();
  const { uid, gid } = statSync(dataDirectory);
  return uid === 0 ? accountIds() : { uid, gid };
}

/** Whether a user can run the program and enter the folder. */
function reaches(ids: { uid: number; gid: number }, postgres: string, directory: string): boolean {
  const script = '"$0" --version && cd "$1"';
  const check = spawnSync("/bin/sh", ["-c", script, postgres, directory], {
    ...ids,
    cwd: "/",
    stdio: "ignore",
  });
  return check.status === 0;
}

/** Finds out as whom PostgreSQL runs here: as the one who asks, unless that is root. */
export function serverUser(postgres: string, directory: string, dataDirectory: string): ServerUser {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const ids = serverIds(dataDirectory);
  if (reaches(ids, postgres, directory)) return { prefix: [], ...ids };
  const switchUser = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, "--clear-groups"];
  return { prefix: ["setpriv", ...switchUser, ...PASS_PERMISSIONS, "--"], ...ids };
}

/** What spawn needs to start a program as this user. */
export function commandAs(
  user: ServerUser,
  program: string,
  args: readonly string[],
): { command: string; args: readonly string[]; options: { uid?: number; gid?: number; cwd: string } } {
  const [command = program, ...rest] = [...user.prefix, program, ...args];
  const { uid, gid } = user;
  // Behind a prefix, the prefix changes the user.
  const ids = user.prefix.length > 0 || uid === undefined || gid === undefined ? {} : { uid, gid };
  return { command, args: rest, options: { ...ids, cwd: "/" } };
}

/** Gives a file or folder to the server's user. */
export function giveTo(user: ServerUser, path: string): void {
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
}
