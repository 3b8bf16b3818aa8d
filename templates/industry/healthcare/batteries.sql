-- The last battery reading of each device.
SELECT device, arg_max(battery, time) AS battery, max(time) AS seen
FROM device_state
GROUP BY device
