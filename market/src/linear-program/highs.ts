import { CommonwattError } from "@commonwatt/vpp-core";
import loader, { type Highs, type Model, type ModelData } from "highs";
import type { LinearProgram, LinearSolution, LinearSolver } from "./linear-program.ts";

/**
 * Loads HiGHS (Huangfu and Hall 2018, Mathematical Programming Computation 10:119), compiled to WebAssembly:
 * no native code, and the same bits everywhere. It runs the simplex method, so that a solution is a vertex;
 * it solves while the caller waits.
 */
export async function loadHighs(): Promise<LinearSolver> {
  // Its types are those of its CommonJS build; what is imported here is the function itself.
  const highs = await (loader as unknown as typeof loader.default)();
  // One model for all programs, each passed anew: to make one costs more than to solve a small program.
  const model = highs.createModel();
  model.options.set({ output_flag: false, solver: "simplex", presolve: "off" });
  return { solve: (program) => solveWith(highs, model, program) };
}

function solveWith(highs: Highs, model: Model, program: LinearProgram): LinearSolution {
  if (program.columns.length === 0) {
    return { objective: 0, values: [], rowDuals: new Array<number>(program.rowCount).fill(0) };
  }
  model.passModel(modelOf(highs, program));
  model.run();
  const status = model.getModelStatus();
  if (status !== highs.constants.modelStatus.optimal) {
    throw new CommonwattError("SOLVER_FAILED", `the linear program has no optimum: status ${status}`, {
      details: { status, rowCount: program.rowCount, columnCount: program.columns.length },
    });
  }
  const { colValue, rowDual } = model.getSolution();
  return { objective: model.getObjectiveValue(), values: [...colValue], rowDuals: [...rowDual] };
}

function modelOf(highs: Highs, { rowCount, columns }: LinearProgram): ModelData {
  const starts = [0];
  for (const { entries } of columns) starts.push((starts.at(-1) ?? 0) + entries.length);
  const entries = columns.flatMap((column) => column.entries);
  const zeros = new Float64Array(rowCount);
  return {
    numCols: columns.length,
    numRows: rowCount,
    sense: highs.constants.objectiveSense.maximize,
    colCost: columns.map(({ worth }) => worth),
    colLower: new Float64Array(columns.length),
    colUpper: columns.map(({ max }) => max),
    rowLower: zeros,
    rowUpper: zeros,
    matrix: {
      format: "csc",
      numRows: rowCount,
      numCols: columns.length,
      starts,
      indices: entries.map(([row]) => row),
      values: entries.map(([, coefficient]) => coefficient),
    },
  };
}
