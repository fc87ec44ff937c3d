import type { AddressSpace, Namespace, UAObject } from "node-opcua";
import type { DerServerHome } from "./der-home.ts";
import { DER_PATHS } from "./der-model.ts";
import type { OpcuaLibrary } from "./opcua-library.ts";

/** The namespace of OPC 10000-100, Devices. */
const DI_NAMESPACE_URI = "http://opcfoundation.org/UA/DI/";
/** Its list of devices. */
const DEVICE_SET = "i=5001";

/** Where the identification of a home is added. */
interface IdentificationPlace {
  readonly library: OpcuaLibrary;
  readonly addressSpace: AddressSpace;
  readonly namespace: Namespace;
  /** The object of the home. */
  readonly home: UAObject;
  nodeId(path: string): string;
}

/**
 * Says what a home is, as OPC 10000-100 has it: the group `Identification` with the properties of
 * IVendorNameplateType, on an object that `DeviceSet` lists.
 */
export function addIdentification(place: IdentificationPlace, identity: DerServerHome["identity"]): void {
  const { library, addressSpace, namespace, home, nodeId } = place;
  const di = addressSpace.getNamespaceIndex(DI_NAMESPACE_URI);
  const groupType = addressSpace.findObjectType("FunctionalGroupType", di);
  const nameplate = addressSpace.findObjectType("IVendorNameplateType", di);
  const deviceSet = addressSpace.findNode(`ns=${di};${DEVICE_SET}`);
  if (groupType === null || nameplate === null || deviceSet === null) {
    throw new Error(`the library's nodes of ${DI_NAMESPACE_URI} are not there`);
  }
  deviceSet.addReference({ referenceType: "Organizes", nodeId: home });
  const path = (DER_PATHS.manufacturer.split(".") as [string, string])[0];
  const group = namespace.addObject({
    browseName: { name: path, namespaceIndex: di },
    nodeId: nodeId(path),
    componentOf: home,
    typeDefinition: groupType,
  });
  group.addReference({ referenceType: "HasInterface", nodeId: nameplate });
  const { DataType } = library;
  for (const key of ["manufacturer", "model", "serialNumber", "firmware"] as const) {
    const isLocalized = key === "manufacturer" || key === "model";
    namespace.addVariable({
      browseName: { name: DER_PATHS[key].split(".")[1] ?? key, namespaceIndex: di },
      nodeId: nodeId(DER_PATHS[key]),
      propertyOf: group,
      dataType: isLocalized ? "LocalizedText" : "String",
      accessLevel: "CurrentRead",
      value: isLocalized
        ? { dataType: DataType.LocalizedText, value: { text: identity[key] } }
        : { dataType: DataType.String, value: identity[key] },
    });
  }
}
