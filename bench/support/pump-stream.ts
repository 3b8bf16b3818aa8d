/** Eight numbers with ranges, two of them with steps: a pump as in the public valve and pump data. */
export const PUMP_STREAM = `
  pump:
    from: pump
    rate: {sustained: 1000000/s, burst: 1000000}
    fields:
      accelerometer_1: {type: number, range: [0, 10]}
      accelerometer_2: {type: number, range: [0, 10]}
      current:         {type: number, range: [0, 10]}
      pressure:        {type: number, range: [-2, 10]}
      temperature:     {type: number, range: [0, 150], step: 500/s}
      thermocouple:    {type: number, range: [0, 100], step: 100/s}
      voltage:         {type: number, range: [0, 400]}
      flow_rate:       {type: number, range: [0, 300]}
`;
