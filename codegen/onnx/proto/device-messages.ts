// The messages of multi-device execution (IR version 11); dimwise keeps them as they are.
import type { Int64 } from './int64.ts';
import type { Message } from './tensor-messages.ts';

/** A configuration of devices that a model can run on. */
export interface DeviceConfigurationProto extends Message {
  readonly name?: string | undefined;
  readonly numDevices?: number | undefined;
  readonly device?: readonly string[] | undefined;
}

/** How one node uses a configuration of devices. */
export interface NodeDeviceConfigurationProto extends Message {
  /** The name of a configuration of the model. */
  readonly configurationId?: string | undefined;
  readonly shardingSpec?: readonly ShardingSpecProto[] | undefined;
  readonly pipelineStage?: number | undefined;
}

/** How one input or output of a node is spread over devices. */
export interface ShardingSpecProto extends Message {
  readonly tensorName?: string | undefined;
  /** Indices of devices, or negative keys into the groups. */
  readonly device?: readonly Int64[] | undefined;
  readonly indexToDeviceGroupMap?: readonly IntIntListEntryProto[] | undefined;
  readonly shardedDim?: readonly ShardedDimProto[] | undefined;
}

/** A key and its integers. */
export interface IntIntListEntryProto extends Message {
  readonly key?: Int64 | undefined;
  readonly value?: readonly Int64[] | undefined;
}

/** How one axis is cut. */
export interface ShardedDimProto extends Message {
  readonly axis?: Int64 | undefined;
  readonly simpleSharding?: readonly SimpleShardedDimProto[] | undefined;
}

/** An even cut of a dim, given as a number or a symbol. */
export interface SimpleShardedDimProto extends Message {
  readonly dimValue?: Int64 | undefined;
  readonly dimParam?: string | undefined;
  readonly numShards?: Int64 | undefined;
}
