/** The OPC UA stack. */
export type OpcuaLibrary = typeof import("node-opcua");

let loading: Promise<OpcuaLibrary> | null = null;

/**
 * Loads node-opcua on first use: it takes about half a second, which programs without an OPC UA device
 * need not spend. What it would print is turned off; failures reach callers as errors.
 */
export function loadOpcuaLibrary(): Promise<OpcuaLibrary> {
  loading ??= import("node-opcua").then((library) => {
    library.setLogLevel(library.LogLevel.Alert);
    return library;
  });
  return loading;
}
