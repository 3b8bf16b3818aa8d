-- One row per pump and minute: level and spread of what wears.
SELECT
  device,
  time_bucket(INTERVAL 1 minute, time) AS minute,
  count(*) AS readings,
  avg(accelerometer_1) AS vibration_motor,
  avg(accelerometer_2) AS vibration_pump,
  avg(current) AS current,
  avg(pressure) AS pressure,
  stddev_pop(pressure) AS pressure_spread,
  avg(flow_rate) AS flow_rate,
  max(temperature) AS hottest
FROM pump
GROUP BY ALL
