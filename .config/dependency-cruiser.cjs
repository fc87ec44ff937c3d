/**
 * Who may import whom, read by `check-imports.ts`. Paths are relative to the repository.
 *
 * Type-only imports count like any other, except at a library's door: a port may name a library's type
 * where only its owner may call it.
 */

/** Packages, and which of ours each may import. */
const PACKAGES = {
  "vpp-core": [],
  "device-adapters": ["vpp-core"],
  market: ["vpp-core"],
  settlement: ["vpp-core", "market"],
  simulations: ["vpp-core", "device-adapters", "market", "settlement"],
};

/** The folders of vpp-core/src; each may import what stands before it. */
const LAYERS = [
  "units",
  "time",
  "errors",
  "der",
  "grid",
  "ports",
  "dispatch",
  "fleet",
  "process",
  "store",
  "api",
  "runtime",
  "cli",
];

/** Outside libraries, and the one place where each is called. */
const DOORS = {
  "modbus-serial": "^device-adapters/src/modbus/",
  "node-opcua(?!-older)[^/]*": "^device-adapters/src/(opcua/|emulator/opcua-)",
  "node-opcua-older": "^device-adapters/test/interop/",
  acorn: "^device-adapters/src/profile-device/",
  highs: "^market/src/linear-program/",
  ethers: "^settlement/src/(chain|testing)/",
  "hyparquet(?!-writer)": "^simulations/src/(data|runs)/",
  "hyparquet-writer": "^simulations/src/(data|runs)/",
  yaml: "^simulations/src/scenario/",
  "hash-wasm": "^settlement/src/hash/",
  secp256k1: "^settlement/src/hash/",
  pg: "^vpp-core/src/store/",
  fastify: "^[^/]+/src/api/",
  xstate: "^vpp-core/src/dispatch/",
  "@xstate/store": "^vpp-core/src/fleet/",
  commander: "^[^/]+/src/cli/",
};

/** Folders that decide and never act: no files, no sockets, no processes. */
const PURE = [
  "vpp-core/src/(units|errors|der|grid|dispatch|fleet)",
  "market/src/(order|bidders|mechanisms|network|oracle|engine)",
  "market/src/(book|reference)",
  "settlement/src/accounting",
  "simulations/src/(models|kpis|report)",
];

const oneOf = (names) => `(${names.join("|")})`;
const names = Object.keys(PACKAGES);

const packageRules = names.map((name) => {
  const allowed = PACKAGES[name];
  const others = names.filter((other) => other !== name && !allowed.includes(other));
  return {
    name: `${name}-imports-${allowed.length === 0 ? "none-of-ours" : allowed.join("-and-")}`,
    severity: "error",
    from: { path: `^${name}/` },
    to: { path: others.length === 0 ? "^$" : `^${oneOf(others)}/` },
  };
});

const layerRules = LAYERS.map((layer, at) => ({
  name: `vpp-core-${layer}-imports-what-stands-before-it`,
  severity: "error",
  from: { path: `^vpp-core/src/${layer}/` },
  to: { path: `^vpp-core/src/(${oneOf([...LAYERS.slice(at + 1), "$none"])}/|index\\.ts$)` },
}));

const doorRules = Object.entries(DOORS).map(([library, door]) => ({
  name: `${library.replace(/\(.*|\[.*/, "")}-has-one-door`,
  severity: "error",
  from: { path: `^${oneOf(names)}/`, pathNot: door },
  to: { path: `^node_modules/${library}/`, dependencyTypesNot: ["type-only"] },
}));

module.exports = {
  forbidden: [
    ...packageRules,
    ...layerRules,
    {
      name: "vpp-core-process-imports-time-and-errors",
      severity: "error",
      from: { path: "^vpp-core/src/process/" },
      to: { path: "^vpp-core/src/", pathNot: "^vpp-core/src/(process|units|time|errors)/" },
    },
    {
      name: "packages-meet-by-name",
      comment: "A package is imported as @commonwatt/<folder>, never by a path into it.",
      severity: "error",
      from: { path: `^${oneOf(names)}/` },
      to: { path: `^${oneOf(names)}/`, pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "imports-resolve",
      comment: "Nothing is there, or the other package does not show it.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    ...doorRules,
    {
      name: "pure-folders-do-no-io",
      severity: "error",
      from: { path: `^${oneOf(PURE)}/`, pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(assert|assert/strict|crypto)$" },
    },
    {
      name: "the-matching-core-has-no-dependency",
      comment: "Its own files and the assert of Node.js; its tests may use more.",
      severity: "error",
      from: { path: "^market/src/book/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^(market/src/book/|(node:)?assert(/strict)?$)" },
    },
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // TypeScript 7 has no compiler API; without a parser that reads TypeScript nothing would be cruised.
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^settlement/(out|cache)/|^vpp-core/dashboard/dist/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".js", ".json"],
    },
  },
};
