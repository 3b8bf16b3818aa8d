-- Energy and flow of each line by the hour.
SELECT
  machines.line,
  date_trunc('hour', pump.time) AS hour,
  avg(pump.current * pump.voltage) AS mean_power,
  avg(pump.flow_rate) AS mean_flow,
  count(DISTINCT pump.device) AS pumps
FROM pump
JOIN machines ON machines.device = pump.device
GROUP BY ALL
