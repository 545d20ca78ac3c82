import { describe } from '@jest/globals';
import { stageOn } from '../../__tests__/contract/stage.js';
import { contract } from '../../__tests__/contract/suites/index.js';
import { ground } from './ground.js';

describe(`flink-operator: ${ground.where}`, () => contract(stageOn(ground)));
