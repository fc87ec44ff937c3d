/** What an emulated device says it is; texts of at most 32 bytes, the firmware of at most 16. */
export interface EmulatedIdentity {
  readonly manufacturer: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly firmware: string;
}
