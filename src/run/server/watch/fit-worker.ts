import { parentPort, workerData } from 'node:worker_threads';
import { fitForest } from '#learn/models/index.ts';
import type { FitRequest } from './fit-thread.ts';

/** A thread that fits one forest. */

const { values, width, labels, options } = workerData as FitRequest;
parentPort!.postMessage(fitForest(values, width, labels, options), []);
